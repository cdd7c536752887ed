/** `modelwright models` on a registry of two versions. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { artifactRef } from '../../src/artifacts/artifact-uri.ts';
import { STATE_FOLDER } from '../../src/artifacts/state-folder.ts';
import { main } from '../../src/cli/main.ts';
import { openModelRegistry } from '../../src/registry/model-registry.ts';

let cwd: string;
beforeEach(async () => {
  cwd = mkdtempSync(path.join(tmpdir(), 'modelwright-models-'));
  for (const run of ['a', 'b']) {
    await openModelRegistry(path.join(cwd, STATE_FOLDER)).promote({
      name: 'digits',
      alias: 'production',
      model: artifactRef(run.repeat(64), 10, 'application/json'),
      run: { id: run, pipeline: 'p', planDigest: 'd', submittedBy: 'ada' },
      step: 'promotion',
      metrics: { accuracy: 0.9 },
      auditStatus: null,
      reviewVerdict: null,
    });
  }
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

async function cli(...args: readonly string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const env = { MODELWRIGHT_USER: 'ann' };
  const code = await main(args, { stdin: new PassThrough(), stdout, stderr, env, cwd });
  const text = (stream: PassThrough) => String((stream.read() as Buffer | null) ?? '');
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

it('rolls back by name, and tells who did it and why', async () => {
  const done = await cli('models', 'roll-back', 'digits', '--reason', 'complaints');
  expect(done).toMatchObject({ code: 0 });
  expect(done.stdout).toContain('digits version 1 is production again, instead of 2');
  const unknown = await cli('models', 'list');
  expect(unknown.stdout).toContain('no model is called "list"; there are: digits');
  const { stdout } = await cli('models', 'digits', '--json');
  expect(JSON.parse(stdout)).toMatchObject([
    {
      aliases: { production: 1 },
      withdrawn: [{ version: 2, by: 'ann', reason: 'complaints' }],
    },
  ]);
});

it('rolls back an alias to a version, as JSON where that is wanted', async () => {
  const args = ['models', 'roll-back', 'digits@production', '--to', '1', '--reason', 'x', '--json'];
  const { code, stdout } = await cli(...args);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ name: 'digits', from: 2, to: 1, by: 'ann' });
});

it.each([
  [['roll-back', 'digits'], 2, 'reason'],
  [['roll-back', 'digits', '--reason', 'x', '--to', 'one'], 2, '--to'],
  [['roll-back', 'digits', '--reason', 'x', '--to', '9'], 1, 'version 9 was not production'],
  [['roll-back', 'cats', '--reason', 'x'], 1, 'no model "cats"'],
])('refuses models %j', async (args, code, says) => {
  const refused = await cli('models', ...args);
  expect(refused.code).toBe(code);
  expect(refused.stderr).toContain(says);
});
