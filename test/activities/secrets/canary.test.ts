import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DefaultFailureConverter, defaultPayloadConverter } from '@temporalio/common';
import type { StepInput } from '../../../src/activities/step.ts';
import { createStepRunner } from '../../../src/activities/step-runner.ts';
import type { ArtifactStore } from '../../../src/artifacts/artifact.ts';
import { openFolderStore } from '../../../src/artifacts/folder-store.ts';
import { artifactsFolder } from '../../../src/artifacts/state-folder.ts';
import { ComputePool } from '../../../src/compute/pool.ts';
import { useProject } from '../../../src/config/project.ts';
import type { Json, JsonObject } from '../../../src/json.ts';
import { setOwnKinds } from '../../../src/spec/step-schemas.ts';
import { failureFromError } from '../../../src/failure-from-error.ts';
import { ROOT, transpile } from '../../compute/transpile.ts';
import { makeProject, type ProjectFolder } from '../../config/project-folder.ts';

const CANARY = 'canary-7f3a/line+9';
const FORMS = [
  CANARY,
  Buffer.from(CANARY).toString('base64'),
  encodeURIComponent(CANARY),
  Buffer.from(CANARY).toString('hex'),
];
const TOKEN = { $secret: { name: 'token', source: { env: 'TEAM_CANARY' } } };

/** What the step does with its secret, by `mode`. */
const MODULE = `export default {
  kind: 'KIND',
  async run({ mode, token }, context) {
    const b64 = Buffer.from(token).toString('base64');
    context.log('info', 'token ' + token, { token, b64 });
    context.heartbeat({ token, url: encodeURIComponent(token) });
    if (mode === 'error') {
      const error = new Error('failed with ' + token, { cause: new Error(b64) });
      throw Object.assign(error, { details: { token } });
    }
    if (mode === 'coded') {
      const error = new Error('coded ' + b64);
      error.name = 'PipelineError';
      throw Object.assign(error, { code: 'DATA_INVALID', remedy: token, details: { token: [b64] } });
    }
    if (mode === 'output') return { said: 'is ' + token };
    if (mode === 'artifact') {
      await context.store.put(Buffer.from('x' + b64 + 'y'), 'text/plain');
      return { said: '' };
    }
    if (mode === 'crash') {
      setTimeout(() => { throw new Error('uncaught ' + token); }, 0);
      await new Promise((resolve) => setTimeout(resolve, 20000));
    }
    return { said: String(token.length) };
  },
};`;

const SCHEMA = {
  with: {
    required: ['mode', 'token'],
    properties: { mode: { type: 'string' }, token: { type: 'string', 'x-secret': true } },
  },
  outputs: { required: ['said'], properties: { said: { type: 'string' } } },
};

let code: string;
let pool: ComputePool;
let project: ProjectFolder;
let state: string;
let store: ArtifactStore;
let server: Server;
let asked: string[];
/** All that reaches the workflow or whoever watches. */
let seen: unknown[];

beforeAll(async () => {
  process.env['TEAM_CANARY'] = CANARY;
  code = await mkdtemp(path.join(tmpdir(), 'modelwright-code-'));
  const sources = readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
  await transpile(
    sources.filter((file) => file.endsWith('.ts')).map((file) => path.join('src', file)),
    code,
  );
  await symlink(path.join(ROOT, 'schemas'), path.join(code, 'schemas'));
  pool = new ComputePool({
    entry: path.join(code, 'src/activities/compute-child.js'),
    concurrency: 1,
  });
});
afterAll(async () => {
  delete process.env['TEAM_CANARY'];
  await pool.close();
  await rm(code, { recursive: true, force: true });
});
beforeEach(async () => {
  seen = [];
  asked = [];
  state = await mkdtemp(path.join(tmpdir(), 'modelwright-state-'));
  store = await openFolderStore(artifactsFolder(state));
  project = makeProject();
  server = createServer((request, response) => {
    asked.push(JSON.stringify([request.url, request.headers]));
    const { authorization = '' } = request.headers;
    response.statusCode = request.url?.startsWith('/fail') ? 400 : 200;
    response.setHeader('content-type', 'text/plain');
    response.end(
      request.url?.startsWith('/echo') || response.statusCode === 400 ? authorization : '',
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  for (const kind of ['light', 'heavy']) {
    const module = MODULE.replace('KIND', kind);
    project.step(kind, { module, schema: { ...SCHEMA, heavy: kind === 'heavy' } });
  }
  project.write('modelwright.json', {
    steps: ['./steps/light.mjs', './steps/heavy.mjs'],
    commands: ['node'],
    http: { allow: [`127.0.0.1:${port()}`] },
  });
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(state, { recursive: true, force: true });
  project.remove();
  setOwnKinds([]);
});

const port = () => (server.address() as AddressInfo).port;
const converter = new DefaultFailureConverter();

/** Runs a step; its error as Temporal would keep it. */
async function run(kind: string, given: JsonObject, secretsAt: readonly string[]): Promise<Json> {
  const runStep = createStepRunner({
    stateFolder: state,
    dataRoot: project.folder,
    pool,
    store,
    project: useProject(project.folder),
  });
  const input: StepInput = {
    run: { id: 'r', pipeline: 'p', planDigest: 'd', submittedBy: 'ann' },
    step: 's',
    kind,
    with: given,
    secretsAt,
  };
  seen.push(input);
  try {
    const outputs = await runStep(input, {
      attempt: 1,
      signal: new AbortController().signal,
      heartbeat: (details) => seen.push(details),
      log: (entry) => seen.push(entry),
    });
    seen.push(outputs);
    return outputs;
  } catch (error) {
    seen.push(converter.errorToFailure(failureFromError(error), defaultPayloadConverter));
    const { code: type, message } = error as { code: string; message: string };
    return { code: type, message };
  }
}

/** Every file of the state folder, the seen, and bytes within JSON as text. */
function expectNoCanary(): void {
  const texts = readdirSync(state, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'latin1'));
  const told = JSON.stringify(seen, (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
  );
  for (const form of FORMS) {
    expect(told).not.toContain(form);
    expect(texts.filter((text) => text.includes(form))).toEqual([]);
  }
}

const log = () => readFileSync(path.join(state, 'runs/r/log.jsonl'), 'utf8');

describe.each(['light', 'heavy'])('a secret of a %s step of the team', (kind) => {
  const perform = (mode: string) => run(kind, { mode, token: TOKEN }, ['/token']);

  it('reaches the step and nothing else', async () => {
    expect(await perform('fine')).toEqual({ said: String(CANARY.length) });
    expect(log()).toContain('token ***');
    expect(seen).toContainEqual({ token: '***', url: '***' });
    expectNoCanary();
  });

  it.each([
    ['error', 'OWN_STEP_FAILED', 'failed with ***'],
    ['coded', 'DATA_INVALID', 'coded ***'],
    ['output', 'SECRET_LEAKED', 'a secret of the pipeline is in the outputs of step "s"'],
    ['artifact', 'SECRET_LEAKED', 'a secret of the pipeline is in an artifact (text/plain)'],
  ])('is not in what is left of an attempt with %s', async (mode, expected, message) => {
    expect(await perform(mode)).toEqual({ code: expected, message });
    expect(log()).toContain(`"code":"${expected}"`);
    expectNoCanary();
  });
});

it('is not in what a crashed compute process said', async () => {
  expect(await run('heavy', { mode: 'crash', token: TOKEN }, ['/token'])).toMatchObject({
    code: 'COMPUTE_CRASHED',
    message: expect.stringContaining('uncaught ***'),
  });
  expectNoCanary();
});

describe('a secret of a command', () => {
  const perform = (script: string, more: JsonObject = {}) =>
    run(
      'command',
      {
        run: ['node', '-e', script],
        env: { TOKEN },
        stdin: { $secretText: ['a ', TOKEN] },
        ...more,
      },
      ['/env/TOKEN', '/stdin'],
    );

  it('reaches it by its environment and its input, and no log', async () => {
    const script = `process.stdin.on('data', (d) => {
      console.log('in', String(d)); console.error(process.env.TOKEN);
      console.log(Buffer.from('user:' + process.env.TOKEN).toString('base64')); })`;
    expect(await perform(script)).toMatchObject({ exitCode: 0 });
    expect(log()).toContain('in a ***');
    expectNoCanary();
  });

  it.each([
    ['its last lines', `console.log(process.env.TOKEN); process.exit(1)`, 'COMMAND_FAILED'],
    [
      'its values',
      `require('fs').writeFileSync(process.env.MODELWRIGHT_OUTPUTS,
        JSON.stringify({ a: process.env.TOKEN }))`,
      'SECRET_LEAKED',
    ],
  ])('is not told by %s', async (_, script, expected) => {
    expect(await perform(script)).toMatchObject({ code: expected });
    expectNoCanary();
  });

  it('is not kept in a file', async () => {
    const script = `require('fs').writeFileSync('kept.txt', process.env.TOKEN)`;
    expect(await perform(script, { artifacts: { kept: 'kept.txt' } })).toMatchObject({
      code: 'SECRET_LEAKED',
    });
    expectNoCanary();
  });
});

describe('a secret of a request', () => {
  const perform = (way: string) =>
    run(
      'http',
      {
        url: `http://127.0.0.1:${port()}${way}`,
        headers: { authorization: { $secretText: ['Bearer ', TOKEN] } },
        query: { key: TOKEN },
      },
      ['/headers/authorization', '/query/key'],
    );

  it('reaches the server', async () => {
    expect(await perform('/')).toMatchObject({ status: 200 });
    expect(asked[0]).toContain(`Bearer ${CANARY}`);
    expect(asked[0]).toContain(`key=${encodeURIComponent(CANARY)}`);
    expectNoCanary();
  });

  it.each([
    ['/fail', 'HTTP_UNEXPECTED'],
    ['/echo', 'SECRET_LEAKED'],
  ])('is not told where the server says it (%s)', async (way, expected) => {
    expect(await perform(way)).toMatchObject({ code: expected });
    expectNoCanary();
  });
});

it('is not read for an answer that looks like a secret', async () => {
  const forged = { url: `http://127.0.0.1:${port()}/`, method: 'POST', body: { json: TOKEN } };
  expect(await run('http', forged, [])).toMatchObject({ code: 'SECRET_REFUSED' });
  expect(asked).toEqual([]);
});

it('takes up an edited module at the next attempt, in the same compute process', async () => {
  const answer = (text: string) =>
    project.step('heavy', {
      module: `export default { kind: 'heavy', run: () => ({ said: '${text}' }) };`,
      schema: { ...SCHEMA, heavy: true },
    });
  answer('one');
  const given = { mode: '', token: 'x' };
  expect(await run('heavy', given, [])).toEqual({ said: 'one' });
  const before = pool.pids;
  answer('two');
  expect(await run('heavy', given, [])).toEqual({ said: 'two' });
  expect(pool.pids).toEqual(before);
});
