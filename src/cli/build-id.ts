/** The id of a worker's build where the person who starts it names none. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Project } from '../config/project.ts';
import { codeIdentity } from '../report/code-identity.ts';

/**
 * The package's version and twelve hex digits over its code and the project's own steps: their
 * modules and schemas, without what the modules import.
 */
export async function defaultBuildId({ ownSteps }: Project): Promise<string> {
  const { version, sha256 } = await codeIdentity();
  const hash = createHash('sha256').update(sha256);
  for (const kind of [...ownSteps.keys()].sort()) {
    const step = ownSteps.get(kind);
    if (step === undefined) continue;
    hash.update(`\0${kind}\0`).update(readFileSync(step.module));
    hash.update('\0').update(readFileSync(step.schemaFile));
  }
  return `${version}-${hash.digest('hex').slice(0, 12)}`;
}
