import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { main } from '../../src/cli/main.ts';
import { temporaryFolder } from '../temporal/harness.ts';

let cwd: string;

beforeEach(() => {
  cwd = temporaryFolder();
  place('pipelines/a.yaml', 'name: a\nsteps: { x: { uses: values, with: { n: 1 } } }\n');
  place(
    'pipelines/a.test.yaml',
    `cases:\n${one('first', 'succeeded')}${one('second', 'succeeded')}`,
  );
});

async function cli(...args: readonly string[]) {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const code = await main(args, { stdin: new PassThrough(), stdout, stderr, env: {}, cwd });
  const text = (stream: PassThrough) => String((stream.read() as Buffer | null) ?? '');
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

function place(name: string, text: string): void {
  const file = path.join(cwd, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}

const one = (name: string, state: string) => `  - name: ${name}\n    expect: { state: ${state} }\n`;

describe('modelwright test', () => {
  it('runs every file of tests of the project', async () => {
    place('pipelines/deep/b.test.yml', `pipeline: ../a.yaml\ncases:\n${one('third', 'succeeded')}`);
    place('pipelines/node_modules/c.test.yaml', 'no yaml: [');
    const { code, stdout, stderr } = await cli('test');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      'pipelines/a.test.yaml',
      'ok     first (0s)',
      'ok     second (0s)',
      'pipelines/deep/b.test.yml',
      'ok     third (0s)',
      '3 passed, 0 failed',
      '',
    ]);
  });

  it('says what is not met and where, with exit code 1', async () => {
    place('pipelines/a.test.yaml', `cases:\n${one('first', 'failed')}`);
    const { code, stdout } = await cli('test', 'pipelines/a.yaml');
    expect(code).toBe(1);
    expect(stdout).toContain('not ok first (0s)');
    expect(stdout).toContain(
      'pipelines/a.test.yaml:3:22 state: expected "failed", got "succeeded"\n',
    );
    expect(stdout).toContain('0 passed, 1 failed\n');
  });

  it('runs the good files where one is wrong, and ends with exit code 3', async () => {
    place(
      'pipelines/b.test.yaml',
      `pipeline: a.yaml\ncases:\n  - name: x\n    expect: { steps: { y: failed } }\n`,
    );
    const { code, stdout, stderr } = await cli('test', 'pipelines/*');
    expect(code).toBe(3);
    expect(stderr).toMatch(/^pipelines\/b\.test\.yaml:4:24 .* \[STEP_UNKNOWN\]\n$/);
    expect(stdout).toContain('2 passed, 0 failed, 1 file not run\n');
  });

  it('prints JSON alone, and runs only the cases that are named', async () => {
    const { code, stdout } = await cli('test', '--json', '--name', 'sec');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject([
      {
        file: 'pipelines/a.test.yaml',
        errors: [],
        cases: [{ name: 'second', passed: true, state: 'succeeded', steps: { x: 'succeeded' } }],
      },
    ]);
    expect(stdout).not.toContain('first');
  });

  it('needs no run to say what is wrong with a file of tests', async () => {
    const good = path.join(cwd, 'pipelines/a.test.yaml');
    const { code, stdout } = await cli('validate', path.join(cwd, 'pipelines/a.yaml'), good);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `${path.join(cwd, 'pipelines/a.yaml')}: valid, 1 steps\n${good}: valid, 2 cases\n`,
    });
    place('pipelines/a.test.yaml', 'cases: [{ name: a, expect: { ran: [y] } }]\n');
    const bad = await cli('validate', good);
    expect(bad.code).toBe(3);
    expect(bad.stderr).toBe(
      `${good}:1:36 the pipeline has no step "y"; its steps: x [STEP_UNKNOWN]\n`,
    );
  });

  it('refuses what has no tests', async () => {
    for (const given of ['pipelines/none.yaml', 'x/*.yaml', 'pipelines']) {
      const { code, stderr } = await cli('test', given);
      expect(code).toBe(3);
      expect(stderr).toContain('[SPEC_NOT_FOUND]');
    }
    place('pipelines/a.test.yaml', `pipeline: b.yaml\ncases:\n${one('first', 'failed')}`);
    const { code, stderr } = await cli('test');
    expect(code).toBe(3);
    expect(stderr).toContain('pipelines/b.yaml:1:1 there is no such file [SPEC_NOT_FOUND]');
  });
});
