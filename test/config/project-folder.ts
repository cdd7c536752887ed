/** A project in a folder of its own, with steps of a team. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface ProjectFolder {
  readonly folder: string;
  write(file: string, content: unknown): void;
  /** Writes the module, its schema and the entry in the config. */
  step(kind: string, options?: StepFiles): void;
  remove(): void;
}

export interface StepFiles {
  readonly module?: string;
  readonly schema?: object;
  /** @default steps/<kind> */
  readonly at?: string;
}

export function makeProject(): ProjectFolder {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'modelwright-project-')));
  const steps: string[] = [];
  const write = (file: string, content: unknown) => {
    const full = path.join(folder, file);
    mkdirSync(path.dirname(full), { recursive: true });
    writeFileSync(full, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  };
  return {
    folder,
    write,
    step(kind, { module, schema, at = `steps/${kind}` } = {}) {
      write(`${at}.mjs`, module ?? `export default { kind: '${kind}', run: () => ({}) };`);
      write(`${at}.schema.json`, {
        kind,
        with: { type: 'object' },
        outputs: { type: 'object' },
        ...schema,
      });
      if (!steps.includes(`./${at}.mjs`)) steps.push(`./${at}.mjs`);
      write('modelwright.json', { steps });
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
