/** What the command line does without a server. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { main } from '../../src/cli/main.ts';
import { loadPlan } from '../../src/cli/load-plan.ts';
import { saveRunRecord } from '../../src/cli/run-records.ts';
import { temporaryFolder } from '../temporal/harness.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const DIGITS = path.join(ROOT, 'pipelines', 'digits.yaml');
let cwd: string;

beforeEach(() => {
  cwd = temporaryFolder();
});

async function cli(...args: readonly string[]) {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const env = { MODELWRIGHT_USER: 'ann' };
  const code = await main(args, { stdin: new PassThrough(), stdout, stderr, env, cwd });
  const text = (stream: PassThrough) => String((stream.read() as Buffer | null) ?? '');
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

function place(name: string, text: string): string {
  const file = path.join(cwd, name);
  writeFileSync(file, text);
  return file;
}

describe('modelwright', () => {
  it('prints help and its version with exit code 0', async () => {
    const help = await cli('--help');
    expect(help.code).toBe(0);
    for (const verb of ['init', 'doctor', 'up', 'validate', 'run', 'review']) {
      expect(help.stdout).toContain(verb);
    }
    expect(await cli('--version')).toMatchObject({ code: 0, stdout: '0.1.0\n' });
  });

  it.each([
    [['nonsense']],
    [['validate']],
    [['run', DIGITS, '--param', 'noequals']],
    [['run', DIGITS, '--param', 'epochs=many']],
    [['run', DIGITS, '--param', 'epochz=3']],
    [['up', '--port', 'http']],
    [['up', '--port', '70000']],
    [['up', '--durability', 'none']],
    [['worker', '--concurrency', '0']],
    [['worker', '--build', 'a']],
    [['worker', '--make-current']],
    [['worker', '--deployment', 'a.b']],
    [['deployment', 'a', '--make-current', '']],
    [['status', '--limit', '-1']],
    [['review', 'decide', 'x']],
    [['review', 'decide', 'x', '--verdict', 'maybe']],
    [['review', 'decide', 'x', '--verdict', 'relabel']],
  ])('%j is a wrong use: exit code 2 and a word on stderr', async (args) => {
    const { code, stdout, stderr } = await cli(...args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).not.toBe('');
  });

  it('names each fault of several files at its line and column: exit code 3', async () => {
    const good = readFileSync(DIGITS, 'utf8');
    const first = place('a.yaml', good.replace('family: mlp', 'famly: mlp'));
    const second = place('b.yaml', good.replace('uses: fuse', 'uses: fuze'));
    const { code, stderr } = await cli('validate', first, second, DIGITS);
    expect(code).toBe(3);
    const lineOf = (text: string) => good.split('\n').findIndex((line) => line.includes(text)) + 1;
    expect(stderr).toContain(`${first}:${lineOf('family: mlp')}:7 `);
    expect(stderr).toMatch(/"famly" is not a known key.*did you mean "family"/);
    expect(stderr).toContain(`${second}:${lineOf('uses: fuse')}:11 `);
  });

  it('prints JSON alone on stdout with --json', async () => {
    const broken = place('a.yaml', 'name: x\nsteps: [\n');
    const { code, stdout } = await cli('validate', broken, '--json');
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject([
      { file: broken, valid: false, errors: [{ code: 'SPEC_SYNTAX' }] },
    ]);
    const plan = await cli('plan', DIGITS, '--json', '--param', 'epochs=3');
    expect(JSON.parse(plan.stdout)).toMatchObject({ pipeline: 'digits', params: { epochs: 3 } });
  });

  it('validates what globs mean, in every folder but hidden ones', async () => {
    const good = readFileSync(DIGITS, 'utf8');
    for (const folder of ['a', 'a/b', '.git', 'node_modules']) {
      mkdirSync(path.join(cwd, folder), { recursive: true });
      place(`${folder}/x.yaml`, folder === 'a/b' ? 'name: X' : good);
    }
    const { code, stdout } = await cli('validate', path.join(cwd, '**/*.yaml'), '--json');
    expect(code).toBe(3);
    const results = JSON.parse(stdout) as { file: string; valid: boolean }[];
    expect(results.map(({ file, valid }) => [path.relative(cwd, file), valid])).toEqual([
      ['a/b/x.yaml', false],
      ['a/x.yaml', true],
    ]);
    for (const nothing of ['*.yaml', 'absent/*.yaml']) {
      expect(await cli('validate', path.join(cwd, nothing))).toMatchObject({
        code: 3,
        stderr: expect.stringContaining('[SPEC_NOT_FOUND]') as string,
      });
    }
  });

  it('keeps colours out where nobody watches', async () => {
    const { stdout } = await cli('plan', DIGITS);
    expect(stdout).toContain('human-review');
    // eslint-disable-next-line no-control-regex -- escape sequences are what must not be there
    expect(stdout).not.toMatch(/\u001b/);
  });

  it.each([[['run', DIGITS]], [['status']], [['review', 'list']], [['cancel', 'x']]])(
    '%j without a server: exit code 5 and how to start one',
    async (args) => {
      const { code, stderr } = await cli(...args);
      expect(code).toBe(5);
      expect(stderr).toContain('modelwright up');
    },
  );

  it('makes a project once, and keeps what is there', async () => {
    mkdirSync(path.join(cwd, 'pipelines'));
    place('.gitignore', 'dist');
    const first = await cli('init', '.', '--json');
    expect(first.code).toBe(0);
    expect(readFileSync(path.join(cwd, '.gitignore'), 'utf8')).toBe('dist\n.modelwright/\n');
    const pipeline = path.join(cwd, 'pipelines', 'digits.yaml');
    const [, schema = ''] = /\$schema=(\S+)/.exec(readFileSync(pipeline, 'utf8')) ?? [];
    expect(existsSync(path.resolve(path.dirname(pipeline), schema))).toBe(true);
    expect((await cli('validate', pipeline)).code).toBe(0);
    const tests = path.join(cwd, 'pipelines', 'digits.test.yaml');
    const [, testSchema = ''] = /\$schema=(\S+)/.exec(readFileSync(tests, 'utf8')) ?? [];
    expect(existsSync(path.resolve(path.dirname(tests), testSchema))).toBe(true);
    expect((await cli('test')).code).toBe(0);
    writeFileSync(pipeline, '# mine\n');
    await cli('init', '.');
    expect(readFileSync(pipeline, 'utf8')).toBe('# mine\n');
    expect(readFileSync(path.join(cwd, '.gitignore'), 'utf8')).toBe('dist\n.modelwright/\n');
  });

  it('reads what an ended run left without a server', async () => {
    const stateFolder = path.join(cwd, '.modelwright');
    const run = { id: 'r-1', pipeline: 'p', planDigest: 'd', submittedBy: 'ann' };
    await saveRunRecord(
      stateFolder,
      {
        run,
        state: 'succeeded',
        startedAtMs: 1,
        finishedAtMs: 2,
        steps: [],
        gates: [],
        strayRefusals: [],
        manifest: null,
        report: null,
        outputs: null,
        error: null,
      },
      loadPlan({ project: process.cwd() }, DIGITS),
    );
    expect((await cli('status', 'r-1')).stdout).toContain('succeeded');
    const list = await cli('status');
    expect(list.code).toBe(0);
    expect(list.stdout).toContain('r-1');
    expect((await cli('logs', 'r-1')).code).toBe(0);
    expect((await cli('models')).stdout).toContain('no models yet');
  });
});
