/** `modelwright init --step NAME`: a step of one's own to start from, with its schema and test. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseDocument, YAMLSeq } from 'yaml';
import { PipelineError } from '../errors.ts';

const TEMPLATE = fileURLToPath(new URL('../../assets/step-template/', import.meta.url));
const KIND = /^(?:[a-z][a-z0-9-]{0,30}\/)?[a-z][a-z0-9-]{0,30}$/;
const ENDINGS = ['.mjs', '.schema.json', '.test.mjs'];

export interface PlacedFile {
  readonly file: string;
  readonly written: boolean;
}

/**
 * Writes `steps/<kind>.mjs` and its companions, and names the module in the project's config.
 *
 * @throws PipelineError `USAGE` for a name that no kind can have, `CONFIG_INVALID` for a config
 * that cannot be added to.
 */
export function placeStep(kind: string, target: string): readonly PlacedFile[] {
  if (!KIND.test(kind)) {
    throw new PipelineError('USAGE', `"${kind.slice(0, 80)}" cannot be the name of a step`, {
      remedy: 'use a–z, 0–9 and -, a letter first, such as normalise or team/normalise',
    });
  }
  const files = ENDINGS.map((ending) => {
    const file = path.join('steps', `${kind}${ending}`);
    return { file, written: placeNew(path.join(target, file), filled(ending, kind)) };
  });
  return [...files, addToConfig(`./steps/${kind}.mjs`, target)];
}

/** Whether a module in the folder can import the package; its test needs to. */
export function canImportPackage(target: string): boolean {
  const name = path.join('node_modules', 'modelwright', 'package.json');
  for (let folder = path.resolve(target); ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, name))) return true;
    if (folder === path.dirname(folder)) return false;
  }
}

function filled(ending: string, kind: string): string {
  const text = readFileSync(path.join(TEMPLATE, `step${ending}`), 'utf8');
  // Files lie beside one another, whatever folder the kind's own / makes.
  const name = kind.split('/').at(-1) ?? kind;
  return text.replaceAll('./my-step', `./${name}`).replaceAll('my-step', kind);
}

function placeNew(file: string, text: string): boolean {
  if (existsSync(file)) return false;
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  return true;
}

/** Comments and layout of a config in YAML stay. */
function addToConfig(module: string, target: string): PlacedFile {
  const yaml = path.join(target, 'modelwright.yaml');
  const file = existsSync(yaml) ? 'modelwright.yaml' : 'modelwright.json';
  const full = path.join(target, file);
  const before = existsSync(full) ? readFileSync(full, 'utf8') : '{}';
  const document = parseDocument(before);
  const steps: unknown = document.get('steps');
  if (document.errors.length > 0 || !(steps === undefined || steps instanceof YAMLSeq)) {
    throw new PipelineError('CONFIG_INVALID', `${full} cannot be added to`, {
      remedy: `add "${module}" to its list \`steps\` by hand`,
    });
  }
  const named = steps instanceof YAMLSeq ? steps.toJSON() : [];
  if (named.includes(module)) return { file, written: false };
  if (file.endsWith('.json')) {
    const value = document.toJSON() as Record<string, unknown>;
    const text = JSON.stringify({ ...value, steps: [...named, module] }, null, 2);
    writeFileSync(full, `${text}\n`);
  } else {
    document.set('steps', [...named, module]);
    writeFileSync(full, document.toString());
  }
  return { file, written: true };
}
