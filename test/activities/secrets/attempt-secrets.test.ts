import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { decodeWithSecrets, openSecrets } from '../../../src/activities/secrets/attempt-secrets.ts';
import type { StepInput } from '../../../src/activities/step.ts';
import type { JsonObject } from '../../../src/json.ts';
import type { SecretSource } from '../../../src/plan/plan.ts';
import { makeTestPlace, type TestPlace } from '../step-context.ts';

const RUN = { id: 'r', pipeline: 'p', planDigest: 'd', submittedBy: 'ann' };
const VALUE = 'canary-31c9-value';
const marker = (name: string, source: SecretSource) => ({
  $secret: { name, source: { ...source } },
});
const TOKEN = marker('token', { env: 'TEAM_TOKEN' });

let place: TestPlace;
beforeEach(async () => {
  place = await makeTestPlace();
});
afterEach(() => place.remove());

const input = (kind: string, given: JsonObject, secretsAt: readonly string[]): StepInput => ({
  run: RUN,
  step: 's',
  kind,
  with: given,
  secretsAt,
});

function http(headers: JsonObject, at = Object.keys(headers).map((name) => `/headers/${name}`)) {
  return input('http', { url: 'https://example.org', headers }, at);
}

async function open(of: StepInput, allowed: readonly string[] | null = null) {
  const decoded = { ...of, with: decodeWithSecrets(of) };
  const env = { TEAM_TOKEN: VALUE, EMPTY: '', SHORT: 'abc', TEMPORAL_API_KEY: 'own-key-of-ours' };
  return openSecrets(decoded, { project: place.folder, allowed, env });
}

const refusal = (of: StepInput, allowed?: readonly string[] | null) =>
  open(of, allowed).then(
    () => 'nothing was refused',
    (error: unknown) => error,
  );

describe('a secret', () => {
  it('is put in its place, whole and with text around it', async () => {
    const text = { $secretText: ['Bearer ', TOKEN, '!'] };
    const opened = await open(http({ authorization: text, 'x-key': TOKEN }));
    expect(opened.fill()).toMatchObject({
      headers: { authorization: `Bearer ${VALUE}!`, 'x-key': VALUE },
      method: 'GET',
    });
  });

  it('is read from a file, without the line break at its end', async () => {
    await mkdir(path.join(place.folder, 'secrets'));
    await writeFile(path.join(place.folder, 'secrets/token'), 'from-a-file\r\n');
    const opened = await open(http({ a: marker('t', { file: 'secrets/token' }) }));
    expect(opened.fill()['headers']).toEqual({ a: 'from-a-file' });
  });

  it('may stand deep in the body of a request', async () => {
    const given = { url: 'https://a.b', method: 'POST', body: { json: { list: [TOKEN] } } };
    const opened = await open(input('http', given, ['/body/json/list/0']));
    expect(opened.fill()['body']).toEqual({ json: { list: [VALUE] } });
  });

  it.each([
    ['that is not set', { env: 'TEAM_OTHER' }, 'SECRET_MISSING'],
    ['that is empty', { env: 'EMPTY' }, 'SECRET_MISSING'],
    ['whose file is not there', { file: 'absent' }, 'SECRET_MISSING'],
    ['too short to be kept out of a log', { env: 'SHORT' }, 'SECRET_REFUSED'],
    ["of modelwright's own", { env: 'TEMPORAL_API_KEY' }, 'SECRET_REFUSED'],
    ['whose file leads out by ..', { file: '../x' }, 'SECRET_REFUSED'],
    ['whose file is absolute', { file: '/etc/passwd' }, 'SECRET_REFUSED'],
    ['whose file is a link out of the project', { file: 'link' }, 'SECRET_REFUSED'],
    ['that is too large', { file: 'large' }, 'SECRET_REFUSED'],
  ] as const)('%s is an error with its name', async (_, source, code) => {
    await symlink('/etc/passwd', path.join(place.folder, 'link'));
    await writeFile(path.join(place.folder, 'large'), 'x'.repeat(64 * 1024 + 1));
    expect(await refusal(http({ a: marker('name-of-it', source) }))).toMatchObject({
      code,
      message: expect.stringContaining('the secret "name-of-it"'),
    });
  });

  it('is read only where the config allows it, if it says so', async () => {
    expect(await refusal(http({ a: TOKEN }), ['OTHER_*', 'secrets/**'])).toMatchObject({
      code: 'SECRET_REFUSED',
      remedy: expect.stringContaining('modelwright.json'),
    });
    expect((await open(http({ a: TOKEN }), ['TEAM_*'])).fill()['headers']).toEqual({ a: VALUE });
  });

  it.each([
    ['url', 'http', { url: TOKEN }, '/url'],
    ['run', 'command', { run: ['x', TOKEN] }, '/run/1'],
    ['name', 'promote', { model: {}, name: TOKEN }, '/name'],
  ])('may not stand in `%s` of %s', (_, kind, given, at) => {
    expect(() => decodeWithSecrets(input(kind, given, [at]))).toThrow(
      expect.objectContaining({
        code: 'SECRET_REFUSED',
        message: expect.stringContaining('takes no secrets (token)'),
      }),
    );
  });
});

describe('what only looks like a secret', () => {
  it('is refused, though it names a secret that the pipeline has', async () => {
    // As an output of an earlier step could put it into a header.
    expect(await refusal(http({ a: TOKEN, b: TOKEN }, ['/headers/a']))).toMatchObject({
      code: 'SECRET_REFUSED',
      message: expect.stringContaining('`headers.b` looks like a secret'),
    });
  });

  it.each([
    ['with more keys', { ...TOKEN, more: 1 }],
    ['without a source', { $secret: { name: 'x' } }],
    ['with two sources', marker('x', { env: 'A', file: 'b' })],
    ['with a number as its source', { $secret: { name: 'x', source: { env: 1 } } }],
    ['whose text has other parts', { $secretText: ['a', { b: 1 }] }],
    ['whose text is none', { $secretText: 'a' }],
  ])('%s is refused in the place of a secret', async (_, value) => {
    expect(await refusal(http({ a: value }))).toMatchObject({
      code: 'SECRET_REFUSED',
    });
  });

  it('cannot be given as an output', async () => {
    const { checkOutputs } = await open(http({}));
    expect(() => checkOutputs({ json: { deep: [TOKEN] } })).toThrow(
      expect.objectContaining({ code: 'SECRET_REFUSED' }),
    );
    expect(() => checkOutputs({ json: { deep: [{ $other: 1 }] } })).not.toThrow();
  });
});

describe('what a step leaves behind', () => {
  it('has no secret in its logs, heartbeats and artifacts', async () => {
    const beats: unknown[] = [];
    const lines: unknown[] = [];
    const { guard } = await open(http({ a: TOKEN }));
    const context = guard(
      place.context({
        heartbeat: (details) => beats.push(details),
        log: (...line) => lines.push(line),
      }),
    );
    context.log('info', `got ${VALUE}`, { of: VALUE, [VALUE]: 1 });
    context.heartbeat({ at: VALUE });
    expect([lines, beats]).toEqual([
      [['info', 'got ***', { of: '***', '***': 1 }]],
      [{ at: '***' }],
    ]);
    const bytes = Buffer.from(`a,b\n1,${VALUE}\n`);
    const code = { code: 'SECRET_LEAKED' };
    await expect(context.store.put(bytes, 'text/csv')).rejects.toMatchObject(code);
    await expect(context.store.putJson({ a: [VALUE] }, 'x/y')).rejects.toMatchObject(code);
    const kept = await context.store.put(Buffer.from('fine'), 'text/plain');
    expect(Buffer.from(await context.store.get(kept)).toString()).toBe('fine');
  });

  it('has no secret in its outputs, in any form', async () => {
    const { checkOutputs } = await open(http({ a: TOKEN }));
    for (const form of [VALUE, Buffer.from(VALUE).toString('base64')]) {
      expect(() => checkOutputs({ a: [`x${form}`] })).toThrow(
        expect.objectContaining({ code: 'SECRET_LEAKED' }),
      );
    }
    expect(() => checkOutputs({ a: 'b' })).not.toThrow();
  });
});
