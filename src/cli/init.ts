/** `modelwright init [FOLDER]`: a project to start from; never overwrites. */
import type { Command } from 'commander';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { canImportPackage, placeStep, type PlacedFile } from './init-step.ts';
import { sceneOf } from './verb.ts';
import type { Verb } from './verb.ts';

const PACKAGE = fileURLToPath(new URL('../../', import.meta.url));
const FILES = [
  'pipelines/digits.yaml',
  'pipelines/digits.test.yaml',
  'pipelines/data/digits.csv',
  'pipelines/data/README.md',
];
const SCHEMAS_IN_COMMENT = '$schema=../schemas/';

export function addInit(program: Command, verb: Verb): Command {
  return program
    .command('init')
    .description('make a project with an example pipeline; never overwrites a file')
    .argument('[folder]', 'where', '.')
    .option('--step <name>', 'write a step of your own instead, with its schema and a test')
    .option('--json', 'print JSON alone on stdout')
    .action((folder: string, { step }: { readonly step?: string }, command) => {
      const { terminal } = sceneOf(command as Command, verb);
      const target = path.resolve(verb.io.cwd, folder);
      const results = step === undefined ? placeProject(target) : placeStep(step, target);
      terminal.result({ folder: target, files: results });
      for (const { file, written } of results) {
        terminal.line(`${written ? 'wrote' : 'kept '} ${path.join(folder, file)}`);
      }
      if (step !== undefined) {
        terminal.line(
          `\nnext: use it in a pipeline as \`uses: ${step}\`; test it with node --test`,
        );
        if (!canImportPackage(target)) {
          terminal.line('its test needs the package: npm install --save-dev modelwright');
        }
        return;
      }
      const enter = path.resolve(verb.io.cwd) === target ? '' : `cd ${folder} && `;
      terminal.line(`\nnext: ${enter}npx modelwright test`);
      terminal.line(`      npx modelwright up --run pipelines/digits.yaml`);
    });
}

function placeProject(target: string): readonly PlacedFile[] {
  const files = FILES.map((file) => ({ file, written: place(file, target) }));
  return [...files, { file: '.gitignore', written: ignoreState(target) }];
}

/** Copies one file of the package. @returns whether it was written */
function place(file: string, target: string): boolean {
  const destination = path.join(target, file);
  if (existsSync(destination)) return false;
  mkdirSync(path.dirname(destination), { recursive: true });
  if (!file.endsWith('.yaml')) {
    copyFileSync(path.join(PACKAGE, file), destination);
    return true;
  }
  // The editor finds the schemas in the package, wherever that is.
  const schemas = path.relative(path.dirname(destination), path.join(PACKAGE, 'schemas'));
  const found = `$schema=${schemas.split(path.sep).join('/')}/`;
  const text = readFileSync(path.join(PACKAGE, file), 'utf8');
  writeFileSync(
    destination,
    text.replace(SCHEMAS_IN_COMMENT, () => found),
  );
  return true;
}

function ignoreState(target: string): boolean {
  const file = path.join(target, '.gitignore');
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (before.split('\n').includes('.modelwright/')) return false;
  const newline = before === '' || before.endsWith('\n') ? '' : '\n';
  writeFileSync(file, `${before}${newline}.modelwright/\n`);
  return true;
}
