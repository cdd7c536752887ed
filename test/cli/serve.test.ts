/** `modelwright serve` as users start and stop it. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { freePort } from '../../src/temporal/local-server.ts';
import { ROOT } from '../activities/step-context.ts';
import { makeModelProject, type ModelProject } from '../predict/model-project.ts';

const BIN = path.join(ROOT, 'bin', 'modelwright.js');
let project: ModelProject;

beforeAll(async () => {
  project = await makeModelProject('breast-cancer.csv', 'diagnosis');
  await project.promote(await project.makeModel(3));
}, 60_000);

function serve(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [BIN, 'serve', ...args], {
    cwd: project.folder,
    env: { ...process.env, NODE_OPTIONS: '', ...env },
  });
  const text = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (data: string) => (text.out += data));
  const ready = new Promise<void>((resolve) => {
    child.stderr.setEncoding('utf8').on('data', (data: string) => {
      text.err += data;
      if (text.err.includes('/predict')) resolve();
    });
    child.once('close', () => resolve());
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, text, ready, ended };
}

it('answers, tells each request as a line of JSON, and stops in order', async () => {
  const port = await freePort();
  const server = serve(['--model', 'digits', '--port', String(port), '--json']);
  await server.ready;
  const [header = '', first = ''] = project.lines;
  const cells = first.split(',');
  const row = Object.fromEntries(header.split(',').map((name, at) => [name, Number(cells[at])]));
  const answer = await fetch(`http://127.0.0.1:${port}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ rows: [row] }),
  });
  expect(await answer.json()).toMatchObject({
    model: { name: 'digits', version: 1 },
    predictions: [{ class: expect.stringMatching(/^(benign|malignant)$/) as string }],
  });
  server.child.kill('SIGTERM');
  expect(await server.ended).toBe(130);
  expect(server.text.err).toContain(`serving digits (version 1): http://127.0.0.1:${port}/predict`);
  const lines = server.text.out.trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { method: 'POST', path: '/predict', status: 200, said: '1 rows' },
  ]);
}, 60_000);

it.each([
  [['--model', 'nobody'], {}, 1, 'MODEL_NOT_FOUND'],
  [[], {}, 2, '--model'],
  [['--model', 'digits', '--host', '0.0.0.0'], {}, 2, '--token-env'],
  [['--model', 'digits', '--token-env', 'T'], {}, 2, 'T is not set'],
  [['--model', 'digits', '--token-env', 'T'], { T: 'short' }, 2, 'less than 16'],
])(
  '%j ends before it serves',
  async (args, env, code, says) => {
    const server = serve(args, env);
    expect(await server.ended).toBe(code);
    expect(server.text.err).toContain(says);
  },
  30_000,
);
