import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { canImportPackage, placeStep } from '../../src/cli/init-step.ts';
import { useProject } from '../../src/config/project.ts';
import { compilePlan } from '../../src/plan/compile-plan.ts';
import { parseSpec } from '../../src/spec/parse-spec.ts';
import { setOwnKinds } from '../../src/spec/step-schemas.ts';
import { ROOT } from '../compute/transpile.ts';
import { makeProject, type ProjectFolder } from '../config/project-folder.ts';

let project: ProjectFolder;
beforeEach(() => {
  project = makeProject();
});
afterEach(() => {
  project.remove();
  setOwnKinds([]);
});

const read = (file: string) => readFileSync(path.join(project.folder, file), 'utf8');

it.each(['normalise', 'team/normalise'])(
  'the step %s can be used and tested at once',
  async (kind) => {
    expect(placeStep(kind, project.folder)).toEqual(
      [
        `steps/${kind}.mjs`,
        `steps/${kind}.schema.json`,
        `steps/${kind}.test.mjs`,
        'modelwright.json',
      ].map((file) => ({ file, written: true })),
    );
    useProject(project.folder);
    const text = `name: p\nsteps: { a: { uses: ${kind}, with: { values: [1, 2] } } }\n`;
    expect(compilePlan(parseSpec(text, 'p.yaml')).steps).toHaveLength(1);
    expect(canImportPackage(project.folder)).toBe(false);
    mkdirSync(path.join(project.folder, 'node_modules'));
    symlinkSync(ROOT, path.join(project.folder, 'node_modules/modelwright'));
    expect(canImportPackage(project.folder)).toBe(true);
    const test = path.join(project.folder, 'steps', `${kind}.test.mjs`);
    const env = { ...process.env, NODE_OPTIONS: '' };
    const { stdout } = await promisify(execFile)(process.execPath, ['--test', test], { env });
    expect(stdout).toMatch(/# pass 2\n# fail 0/);
  },
);

it('overwrites nothing, and adds to the config once', () => {
  project.write('modelwright.json', { commands: ['python3'], steps: ['./steps/b.mjs'] });
  project.write('steps/a.mjs', 'mine');
  expect(placeStep('a', project.folder)[0]).toEqual({ file: 'steps/a.mjs', written: false });
  expect(placeStep('a', project.folder).every(({ written }) => !written)).toBe(true);
  expect(read('steps/a.mjs')).toBe('mine');
  expect(JSON.parse(read('modelwright.json'))).toEqual({
    commands: ['python3'],
    steps: ['./steps/b.mjs', './steps/a.mjs'],
  });
});

it('keeps the comments of a config in YAML', () => {
  project.write('modelwright.yaml', '# why\ncommands: [python3] # needed\n');
  placeStep('a', project.folder);
  expect(read('modelwright.yaml')).toBe(
    '# why\ncommands: [ python3 ] # needed\nsteps:\n  - ./steps/a.mjs\n',
  );
  expect(existsSync(path.join(project.folder, 'modelwright.json'))).toBe(false);
});

it.each(['../x', 'A', 'a/b/c', '/a', 'a.b', ''])('refuses the name "%s"', (kind) => {
  expect(() => placeStep(kind, project.folder)).toThrow(expect.objectContaining({ code: 'USAGE' }));
});

it('refuses to add to a config that it cannot read', () => {
  writeFileSync(path.join(project.folder, 'modelwright.json'), '{ "steps": 3 }');
  expect(() => placeStep('a', project.folder)).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID' }),
  );
});
