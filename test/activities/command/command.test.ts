import { readFileSync } from 'node:fs';
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandStep } from '../../../src/activities/command/command.ts';
import type { LocalStepContext } from '../../../src/activities/step-runner.ts';
import { NO_CONFIG } from '../../../src/config/config.ts';
import type { JsonObject } from '../../../src/json.ts';
import { decodeOutputs, decodeWith } from '../../../src/spec/step-schemas.ts';
import { makeTestPlace, type TestPlace } from '../step-context.ts';

let place: TestPlace;
let project: string;
beforeEach(async () => {
  place = await makeTestPlace();
  project = path.join(place.folder, 'project');
  await mkdir(path.join(project, 'scripts'), { recursive: true });
});
afterEach(() => place.remove());

const ALLOWED = ['node', 'sh', './scripts/*.sh'];

function contextOf(changes: Partial<LocalStepContext> = {}): LocalStepContext {
  const config = { ...NO_CONFIG, commands: ALLOWED };
  return { ...place.context({ dataRoot: project }), stateFolder: place.folder, config, ...changes };
}

async function run(given: JsonObject, changes: Partial<LocalStepContext> = {}) {
  const outputs = await commandStep.run(decodeWith('command', given), contextOf(changes));
  return decodeOutputs<typeof outputs>('command', outputs);
}

const js = (code: string, more: JsonObject = {}) => run({ run: ['node', '-e', code], ...more });

async function script(file: string, text: string): Promise<void> {
  await writeFile(path.join(project, file), text);
  await chmod(path.join(project, file), 0o755);
}

/** A process that has ended may wait for its parent to take note of it. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

describe('a command', () => {
  it('gives what it wrote: values, files, lines', async () => {
    const outputs = await js(
      `const fs = require('fs');
       console.log('out'); console.error('err');
       fs.writeFileSync(process.env.MODELWRIGHT_OUTPUTS, '{"accuracy": 0.5, "deep": {"a": [1]}}');
       fs.writeFileSync(process.env.MODELWRIGHT_WORK + '/m.bin', 'model');
       fs.writeFileSync('table.csv', 'a,b');`,
      { artifacts: { model: '$MODELWRIGHT_WORK/m.bin', table: 'table.csv' } },
    );
    expect(outputs).toMatchObject({
      exitCode: 0,
      values: { accuracy: 0.5, deep: { a: [1] } },
      artifacts: {
        model: { mediaType: 'application/octet-stream', bytes: 5 },
        table: { mediaType: 'text/csv', bytes: 3 },
      },
    });
    const model = await place.store.get(outputs.artifacts['model']!);
    expect(Buffer.from(model).toString()).toBe('model');
    expect([...place.logs].sort()).toEqual(['info err', 'info out']);
  });

  it('gets its arguments as they are, with no shell to look at them', async () => {
    const args = ['$(touch pwned)', '`id`', '; rm -rf /', '*', "'", '"', 'a b', '', '-x', '\n'];
    const code = `require('fs').writeFileSync(process.env.MODELWRIGHT_OUTPUTS,
      JSON.stringify({ args: process.argv.slice(1) }))`;
    const { values } = await run({ run: ['node', '-e', code, '--', ...args] });
    expect(values['args']).toEqual(args);
  });

  it('has a clean environment, and what it was given', async () => {
    process.env['CANARY_OF_WORKER'] = 'inherited';
    const code = `require('fs').writeFileSync(process.env.MODELWRIGHT_OUTPUTS,
      JSON.stringify(process.env))`;
    const { values } = await js(code, { env: { MINE: 'x' } });
    delete process.env['CANARY_OF_WORKER'];
    const known = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'MINE'];
    const others = Object.keys(values).filter((name) => !known.includes(name));
    expect(others.sort()).toEqual(
      ['ATTEMPT', 'OUTPUTS', 'RUN', 'STEP', 'WORK'].map((name) => `MODELWRIGHT_${name}`),
    );
    expect(values).toMatchObject({ MINE: 'x', MODELWRIGHT_RUN: 'run-1', MODELWRIGHT_STEP: 'step' });
  });

  it('reads its standard input, and may leave it unread', async () => {
    await js(`process.stdin.on('data', (d) => console.log(String(d)))`, { stdin: 'hello' });
    expect(place.logs).toEqual(['info hello']);
    await js('', { stdin: 'x'.repeat(1_000_000) });
  });

  it('runs in a folder of the project', async () => {
    await js('console.log(process.cwd())', { cwd: 'scripts' });
    expect(place.logs[0]).toMatch(/project\/scripts$/);
  });

  it('may be a script of the project that a glob allows', async () => {
    await script('scripts/ok.sh', '#!/bin/sh\necho "ran $1"\n');
    await run({ run: ['./scripts/ok.sh', 'well'] });
    expect(place.logs).toEqual(['info ran well']);
  });

  it('starts each attempt with an empty folder', async () => {
    const code = `const fs = require('fs'); const w = process.env.MODELWRIGHT_WORK;
      console.log(fs.readdirSync(w).length); fs.writeFileSync(w + '/left', '')`;
    await js(code);
    await js(code);
    expect(place.logs).toEqual(['info 0', 'info 0']);
  });
});

describe('a command is not run', () => {
  it.each([
    ['a name that is not listed', 'python3'],
    ['a listed name by its path', '/bin/sh'],
    ['a listed name in the project', './sh'],
    ['a path out of the project', './scripts/../../x.sh'],
    ['a path that the glob does not reach', './scripts/deep/x.sh'],
    ['a path without its ./', 'scripts/ok.sh'],
    ['a name with spaces around it', ' sh'],
    ['nothing', ''],
  ])('%s', async (_, named) => {
    await script('scripts/ok.sh', '#!/bin/sh\n');
    await expect(run({ run: [named] })).rejects.toMatchObject({
      code: 'COMMAND_NOT_ALLOWED',
      remedy: expect.stringContaining('`commands` of modelwright.json'),
    });
  });

  it('at all, where the config names none', async () => {
    const context = { config: NO_CONFIG };
    await expect(run({ run: ['node', '-v'] }, context)).rejects.toMatchObject({
      code: 'COMMAND_NOT_ALLOWED',
      message: '"node" may not be run: none is allowed',
    });
    await expect(run({ run: ['node'] }, { config: undefined })).rejects.toMatchObject({
      code: 'COMMAND_NOT_ALLOWED',
    });
  });

  it('by a link that leads out of the project', async () => {
    await symlink('/bin/sh', path.join(project, 'scripts/x.sh'));
    await expect(run({ run: ['./scripts/x.sh'] })).rejects.toMatchObject({
      code: 'COMMAND_NOT_ALLOWED',
      message: expect.stringContaining('leads out'),
    });
  });

  it('that is not there, or cannot be executed', async () => {
    await writeFile(path.join(project, 'scripts/plain.sh'), 'echo');
    for (const named of ['./scripts/absent.sh', './scripts/plain.sh']) {
      await expect(run({ run: [named] })).rejects.toMatchObject({ code: 'COMMAND_NOT_FOUND' });
    }
  });

  it.each([
    'PATH',
    'HOME',
    'LD_PRELOAD',
    'NODE_OPTIONS',
    'BASH_ENV',
    'PYTHONPATH',
    'MODELWRIGHT_RUN',
    'a b',
  ])('with %s, which would change what runs', async (name) => {
    await expect(js('', { env: { [name]: 'canary-value' } })).rejects.toMatchObject({
      code: 'COMMAND_NOT_ALLOWED',
      message: expect.not.stringContaining('canary-value'),
    });
  });

  it.each(['..', '/', '/tmp', 'absent', 'file', 'link'])('in %s', async (cwd) => {
    await writeFile(path.join(project, 'file'), '');
    await symlink('/', path.join(project, 'link'));
    await expect(js('', { cwd })).rejects.toMatchObject({ code: 'DATA_PATH_REFUSED' });
  });
});

describe('a command fails', () => {
  it('with its last lines', async () => {
    const code = `for (let i = 0; i < 50; i++) console.log('line ' + i); process.exitCode = 3`;
    const error = await js(code).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'COMMAND_FAILED', details: { exitCode: 3, signal: null } });
    expect((error as Error).message).toMatch(/^node ended with 3; it last printed:\nline 35\n/);
    expect((error as Error).message).toMatch(/line 49$/);
  });

  it('with the signal that ended it', async () => {
    await expect(js(`process.kill(process.pid, 'SIGKILL')`)).rejects.toMatchObject({
      code: 'COMMAND_FAILED',
      message: 'node was ended by SIGKILL and printed nothing',
    });
  });

  it.each([
    ['no JSON', '{'],
    ['a list', '[]'],
    ['a key of prototypes', '{"__proto__": {"x": 1}}'],
    ['JSON that is too deep', `{"a":${'['.repeat(100)}${']'.repeat(100)}}`],
    ['too much', `{"a":"${'x'.repeat(1024 * 1024)}"}`],
  ])('where its outputs are %s', async (_, text) => {
    const code = `require('fs').writeFileSync(process.env.MODELWRIGHT_OUTPUTS,
      require('fs').readFileSync(0))`;
    await expect(js(code, { stdin: text })).rejects.toMatchObject({ code: 'OUTPUT_INVALID' });
  });

  it('where its outputs are a link to elsewhere', async () => {
    const code = `require('fs').symlinkSync('/etc/hostname', process.env.MODELWRIGHT_OUTPUTS)`;
    await expect(js(code)).rejects.toMatchObject({ code: 'OUTPUT_INVALID' });
  });

  it.each([
    ['is not there', 'absent', 'DATA_NOT_FOUND'],
    ['lies outside', '../x', 'DATA_PATH_REFUSED'],
    ['lies outside its own folder', '$MODELWRIGHT_WORK/../outputs.json', 'DATA_PATH_REFUSED'],
    ['is absolute', '/etc/passwd', 'DATA_PATH_REFUSED'],
    ['is a link out', 'link', 'DATA_PATH_REFUSED'],
  ])('where a file to keep %s', async (_, named, code) => {
    await symlink('/etc/passwd', path.join(project, 'link'));
    await expect(js('', { artifacts: { x: named } })).rejects.toMatchObject({ code });
  });
});

describe('what a command prints', () => {
  it('is inert text, one line for each', async () => {
    await js(
      String.raw`process.stdout.write('\x1b[31mred\x1b[0m \x1b]0;title\x07x\r\nprogress 1\rprogress 2\n\x08\x00end')`,
    );
    expect(place.logs).toEqual(['info red x', 'info progress 2', 'info \ufffd\ufffdend']);
  });

  it('is kept up to a limit, and the rest counted', async () => {
    await js(`for (let i = 0; i < 100; i++) console.log('0123456789')`, { maxOutputBytes: 55 });
    expect(place.logs).toEqual([
      ...Array<string>(5).fill('info 0123456789'),
      'info … 95 lines left out: more than maxOutputBytes (55)',
    ]);
  });

  it('without ever ending its line is cut', async () => {
    await js(`process.stdout.write('x'.repeat(600000))`);
    expect(place.logs.every((line) => line.length < 4100)).toBe(true);
    expect(place.logs.length).toBeGreaterThan(1);
  });

  it('has secrets taken out before it is cut', async () => {
    const secret = 'canary-0123456789';
    const redact = (text: string) => text.replaceAll(secret, '***');
    await run({ run: ['node', '-e', `console.log('x'.repeat(3990) + '${secret}')`] }, { redact });
    expect(place.logs[0]).not.toContain('canary');
    const escaped = `console.log('canary-\\x1b[1m0123456789')`;
    await run({ run: ['node', '-e', escaped] }, { redact });
    expect(place.logs.at(-1)).toBe('info ***');
  });
});

describe('a command that is stopped', () => {
  const started = async (file: string): Promise<number> => {
    for (let left = 200; left > 0; left -= 1) {
      const text = await readFile(path.join(project, file), 'utf8').catch(() => '');
      if (text !== '') return Number(text);
      await sleep(25);
    }
    throw new Error('it did not start');
  };

  it('ends with all that it started', async () => {
    const stop = new AbortController();
    const child = `require('fs').writeFileSync('pid', String(process.pid)); setInterval(() => {}, 1e6)`;
    const code = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}],
      { stdio: 'inherit' }); setInterval(() => {}, 1e6)`;
    const running = run({ run: ['node', '-e', code] }, { signal: stop.signal });
    const pid = await started('pid');
    expect(isAlive(pid)).toBe(true);
    stop.abort();
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(isAlive(pid)).toBe(false);
  });

  it('is killed where it does not listen', async () => {
    const stop = new AbortController();
    const code = `process.on('SIGTERM', () => console.log('not now'));
      require('fs').writeFileSync('pid', String(process.pid)); setInterval(() => {}, 1e6)`;
    const running = run({ run: ['node', '-e', code] }, { signal: stop.signal });
    const pid = await started('pid');
    stop.abort();
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    expect([isAlive(pid), place.logs]).toEqual([false, ['info not now']]);
  });

  it('before it began is not started', async () => {
    await expect(
      run(
        { run: ['node', '-e', `require('fs').writeFileSync('ran', '')`] },
        {
          signal: AbortSignal.abort(),
        },
      ),
    ).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(readFile(path.join(project, 'ran'))).rejects.toThrow('ENOENT');
  });

  it('leaves nothing behind where it ends by itself', async () => {
    const child = `require('fs').writeFileSync('pid', String(process.pid)); setInterval(() => {}, 1e6)`;
    const code = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}],
      { stdio: 'inherit' }); const t = setInterval(() => {
        if (require('fs').existsSync('pid')) process.exit(0) }, 20)`;
    await js(code);
    expect(isAlive(await started('pid'))).toBe(false);
  });
});
