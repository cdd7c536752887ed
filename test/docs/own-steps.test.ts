import { execFile } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { useProject } from '../../src/config/project.ts';
import { setOwnKinds } from '../../src/spec/step-schemas.ts';
import { ROOT } from '../compute/transpile.ts';
import { makeProject, type ProjectFolder } from '../config/project-folder.ts';
import { blocksOf, codeOf, faultsIn, isPipeline } from './yaml-blocks.ts';

const PAGE = 'own-steps.md';
const blocks = blocksOf(PAGE);

/** The project that the page describes. */
let project: ProjectFolder;
beforeAll(() => {
  project = makeProject();
  project.write('modelwright.json', codeOf(PAGE, 'json', '"commands"'));
  project.write('steps/normalise.mjs', codeOf(PAGE, 'js', 'defineStep('));
  project.write('steps/normalise.schema.json', codeOf(PAGE, 'json', '"kind": "normalise"'));
  useProject(project.folder);
});
afterAll(() => {
  setOwnKinds([]);
  project.remove();
});

describe('the page of own steps', () => {
  it('has no block of YAML that is no pipeline', () => {
    expect(blocks.filter((block) => !isPipeline(block))).toEqual([]);
    expect(blocks.length).toBe(3);
  });

  it.each(blocks.map((block) => [block.line, block] as const))(
    'has a good pipeline at line %i',
    (_, block) => {
      expect(faultsIn(block)).toEqual([]);
    },
  );

  it('tests its step as it says, and gets the mean of 1 and 3', async () => {
    mkdirSync(path.join(project.folder, 'node_modules'));
    symlinkSync(ROOT, path.join(project.folder, 'node_modules/modelwright'));
    const check = "if (run.outputs.mean !== 2) throw new Error('not the mean');\n";
    const code = codeOf(PAGE, 'js', 'runStep(').replace('await run.dispose', `${check}$&`);
    project.write('steps/try.mjs', `${code}console.log('mean', run.outputs.mean);\n`);
    const file = path.join(project.folder, 'steps/try.mjs');
    const env = { ...process.env, NODE_OPTIONS: '' };
    const { stdout } = await promisify(execFile)(process.execPath, [file], { env });
    expect(stdout).toContain('mean 2');
  });
});
