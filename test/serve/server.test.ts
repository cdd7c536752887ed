import { Ajv } from 'ajv';
import { setTimeout as sleep } from 'node:timers/promises';
import { MEDIA_TYPE, type ArtifactRef } from '../../src/artifacts/artifact.ts';
import type { Predictions } from '../../src/ml/model.ts';
import { makeModelProject, type ModelProject } from '../predict/model-project.ts';
import { ServerRig, type Predicted } from './server-rig.ts';

let project: ModelProject;
let model: ArtifactRef;
let expected: Predictions;
/** The rows of the test part, by column. */
let rows: Record<string, number>[];
let rig: ServerRig;

beforeAll(async () => {
  project = await makeModelProject('digits.csv', 'label');
  model = await project.makeModel(4);
  await project.promote(model);
  expected = await project.stepPredictions(model);
  const [header = '', ...lines] = project.lines;
  const names = header.split(',');
  rows = expected.sourceRows.map((row) => {
    const cells = (lines[row] ?? '').split(',').map(Number);
    return Object.fromEntries(names.map((name, at) => [name, cells[at] as number]));
  });
  rig = await new ServerRig(project).start();
}, 60_000);
afterAll(() => rig.running.stop());

const bitsOf = ({ predictions }: Predicted) =>
  predictions.map(({ probabilities }) => expected.classes.map((name) => probabilities[name]));

describe('POST /predict', () => {
  it('gives the bits of the step predict, many rows at once and one by one', async () => {
    const many = await rig.predict(rows);
    expect(bitsOf(many)).toEqual(expected.probabilities);
    expect(many.model).toEqual({ name: 'digits', version: 1, digest: model.sha256 });
    expect(many.ignored).toEqual([]);
    for (const row of [0, 7, 100]) {
      expect(bitsOf(await rig.predict([rows[row]]))).toEqual([expected.probabilities[row]]);
    }
    const [first] = many.predictions;
    const best = Math.max(...(expected.probabilities[0] ?? []));
    expect(first).toMatchObject({
      class: expected.classes[expected.probabilities[0]!.indexOf(best)],
      confidence: best,
    });
  });

  it('joins requests that come together into few passes, and gives each its own', async () => {
    // Long enough for all of them to come before the first pass begins, on a slow machine too.
    const batching = { maxRows: 64, waitMs: 10_000, maxQueuedRows: 8192 };
    const patient = await new ServerRig(project).start({ batching });
    try {
      const before = await patient.health();
      const some = rows.slice(0, 64);
      const found = await Promise.all(some.map((row) => patient.predict([row])));
      expect(found.flatMap(bitsOf)).toEqual(expected.probabilities.slice(0, 64));
      const after = await patient.health();
      expect(after['requests']! - before['requests']!).toBe(64);
      expect(after['rows']! - before['rows']!).toBe(64);
      expect(after['passes']! - before['passes']!).toBe(1);
    } finally {
      await patient.running.stop();
    }
  }, 30_000);

  it('says which keys it ignored', async () => {
    expect((await rig.predict([{ ...rows[0], note: 1 }])).ignored).toEqual(['note']);
  });

  it('names row and column of what it cannot read, with 422', async () => {
    const { status, json } = await rig.post(
      JSON.stringify({ rows: [rows[0], { ...rows[1], pixel_3_3: '9' }] }),
    );
    expect(status).toBe(422);
    expect(json).toMatchObject({
      code: 'DATA_INVALID',
      message: 'row 1 (from 0), column "pixel_3_3": "9" is not a number',
      remedy: 'GET /model gives the JSON Schema of a row',
      faults: [{ row: 1, column: 'pixel_3_3' }],
    });
  });

  const JSON_BODY = { 'content-type': 'application/json' };
  const deep = `{"rows":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
  it.each([
    ['no JSON', '{"rows":', JSON_BODY, 400, 'SERVE_INVALID'],
    ['nothing', '', JSON_BODY, 400, 'SERVE_INVALID'],
    ['a body 200,000 lists deep', deep, JSON_BODY, 422, 'DATA_INVALID'],
    ['__proto__', '{"rows":[{"__proto__":{"x":1}}]}', JSON_BODY, 400, 'SERVE_INVALID'],
    [
      'constructor.prototype',
      '{"rows":[{"constructor":{"prototype":{"x":1}}}]}',
      JSON_BODY,
      400,
      'SERVE_INVALID',
    ],
    ['a list for a body', '[]', JSON_BODY, 400, 'SERVE_INVALID'],
    ['a text for rows', '{"rows":"x"}', JSON_BODY, 400, 'SERVE_INVALID'],
    ['rows that are none', '{"rows":[1,null,[]]}', JSON_BODY, 422, 'DATA_INVALID'],
    [
      'a form',
      'rows=1',
      { 'content-type': 'application/x-www-form-urlencoded' },
      415,
      'SERVE_INVALID',
    ],
    ['plain text', '{"rows":[]}', { 'content-type': 'text/plain' }, 415, 'SERVE_INVALID'],
    [
      'too many rows',
      JSON.stringify({ rows: Array.from({ length: 1025 }, () => 0) }),
      JSON_BODY,
      413,
      'SERVE_TOO_LARGE',
    ],
    ['too large a body', ' '.repeat(17 * 2 ** 20), JSON_BODY, 413, 'SERVE_TOO_LARGE'],
  ])('refuses %s', async (_, body, headers, status, code) => {
    const found = await rig.post(body, headers);
    expect(found.status).toBe(status);
    expect(found.json).toMatchObject({ code, message: expect.any(String) as string });
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
    expect((await rig.health())['status']).toBe('ok');
  });

  it.each([['1e400'], ['-1e400'], ['1e39'], ['1'.repeat(400)]])(
    'takes the number %s for none',
    async (number) => {
      const body = JSON.stringify({ rows: [{ ...rows[0], pixel_0_0: 12345 }] });
      const found = await rig.post(body.replace('12345', number));
      expect(found).toMatchObject({ status: 422, json: { code: 'DATA_INVALID' } });
    },
  );

  it('answers a caller of this machine alone where there is no token', async () => {
    const body = JSON.stringify({ rows: [rows[0]] });
    for (const headers of [{ origin: 'http://evil.example' }, { 'x-forwarded-for': '10.0.0.1' }]) {
      const found = await rig.post(body, headers);
      expect(found).toMatchObject({ status: 401, json: { code: 'SERVE_UNAUTHENTICATED' } });
    }
    const rebound = await rig.raw('GET /model HTTP/1.1\r\nhost: evil.example\r\n\r\n');
    expect(rebound).toMatch(/^HTTP\/1.1 401 /);
  });
});

describe('other addresses', () => {
  it('GET /model tells the classes, the version, and a schema that rows meet', async () => {
    const { status, json } = await rig.ask('GET', '/model');
    expect(status).toBe(200);
    const told = json as { row: object };
    expect(told).toMatchObject({
      ...{ name: 'digits', version: 1, digest: model.sha256, target: 'label', maxRows: 1024 },
      classes: expected.classes,
    });
    const accepts = new Ajv({ allowUnionTypes: true }).compile(told.row);
    expect(accepts(rows[0])).toBe(true);
    const { pixel_0_0: _, ...short } = rows[0]!;
    expect(accepts(short)).toBe(false);
  });

  it('answers 404 for what is not there, 405 for another method', async () => {
    expect(await rig.ask('GET', '/../model/x')).toMatchObject({
      status: 404,
      json: { code: 'SERVE_UNKNOWN_ROUTE' },
    });
    const found = await rig.ask('DELETE', '/predict');
    expect(found).toMatchObject({ status: 405, json: { remedy: 'use POST' } });
    expect(found.headers.get('allow')).toBe('POST');
  });

  it('answers what is no HTTP', async () => {
    expect(await rig.raw('\0\0\r\n\r\n')).toMatch(/^HTTP\/1.1 400 .*SERVE_INVALID/s);
  });

  it('tells every request once', async () => {
    rig.lines.length = 0;
    await rig.predict([rows[0]]);
    await rig.post('{');
    await sleep(20);
    expect(rig.lines).toMatchObject([
      { method: 'POST', path: '/predict', status: 200, said: '1 rows' },
      { status: 400, said: expect.stringMatching(/^SERVE_INVALID/) as string },
    ]);
  });
});

describe('a server with a token', () => {
  let guarded: ServerRig;
  beforeAll(async () => {
    guarded = await new ServerRig(project).start({ token: 'a long enough token' });
  }, 30_000);
  afterAll(() => guarded.running.stop());

  it('answers who has it, and /healthz to all', async () => {
    const body = JSON.stringify({ rows: [rows[0]] });
    for (const authorization of ['Bearer wrong', 'Bearer ', 'Basic YTpi', '']) {
      const found = await guarded.post(body, { authorization });
      expect(found).toMatchObject({ status: 401, json: { code: 'SERVE_UNAUTHENTICATED' } });
    }
    expect((await guarded.ask('GET', '/model')).status).toBe(401);
    expect((await guarded.ask('GET', '/healthz')).status).toBe(200);
    const right = { authorization: 'Bearer a long enough token', origin: 'http://any.example' };
    expect((await guarded.post(body, right)).status).toBe(200);
  });
});

describe('under load', () => {
  it('refuses what it cannot hold with 503 and when to come again, and answers the rest', async () => {
    const batching = { maxRows: 8, waitMs: 1, maxQueuedRows: 8 };
    const small = await new ServerRig(project).start({ batching, maxRows: 8 });
    try {
      const found = await Promise.all(
        Array.from({ length: 60 }, (_, at) =>
          small.post(JSON.stringify({ rows: rows.slice(at, at + 8) })),
        ),
      );
      const answered = found.flatMap(({ status, json }, at) =>
        status === 200 ? [[at, json as Predicted] as const] : [],
      );
      const refused = found.filter(({ status }) => status !== 200);
      expect(answered.length).toBeGreaterThan(0);
      for (const [at, json] of answered) {
        expect(bitsOf(json)).toEqual(expected.probabilities.slice(at, at + 8));
      }
      expect(refused.length).toBeGreaterThan(0);
      for (const { status, json, headers } of refused) {
        expect({ status, json }).toMatchObject({ status: 503, json: { code: 'SERVE_BUSY' } });
        expect(headers.get('retry-after')).toBe('1');
      }
      expect(bitsOf(await small.predict([rows[0]]))).toEqual([expected.probabilities[0]]);
    } finally {
      await small.running.stop();
    }
  }, 30_000);

  it('reads no more bodies than it may hold', async () => {
    const limits = { heldBytes: 4000, headersMs: 500, requestMs: 1000 };
    const small = await new ServerRig(project).start({ limits });
    try {
      const head =
        'POST /predict HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n';
      const slow = small.raw(`${head}content-length: 3500\r\n\r\n{`);
      await sleep(50);
      const found = await small.post(JSON.stringify({ rows: [rows[0]] }));
      expect(found).toMatchObject({ status: 503, json: { code: 'SERVE_BUSY' } });
      expect((await small.health())['status']).toBe('ok');
      await small.running.stop();
      await slow.catch(() => undefined);
    } finally {
      await small.running.stop();
    }
  }, 60_000);
});

describe('when the alias moves', () => {
  it('serves the new version, and drops no request on the way', async () => {
    const own = await makeModelProject('digits.csv', 'label');
    const [first, second] = [await own.makeModel(4), await own.makeModel(5)];
    const wanted = {
      1: (await own.stepPredictions(first)).probabilities,
      2: (await own.stepPredictions(second)).probabilities,
    };
    await own.promote(first);
    const moving = await new ServerRig(own).start();
    try {
      const seen: number[] = [];
      const callers = Array.from({ length: 8 }, async (_, caller) => {
        const deadline = Date.now() + 20_000;
        for (let at = caller; Date.now() < deadline; at = (at + 8) % 300) {
          const found = await moving.predict([rows[at]]);
          const version = found.model.version as 1 | 2;
          expect(bitsOf(found)).toEqual([wanted[version][at]]);
          seen.push(version);
          if (seen.filter((one) => one === 2).length > 40) break;
        }
      });
      await moving.until(() => seen.length >= 20);
      await own.promote(second);
      await Promise.all(callers);
      expect(new Set(seen)).toEqual(new Set([1, 2]));
      expect(seen.at(-1)).toBe(2);
      expect(moving.notes).toContain('digits@production is version 2 now');
    } finally {
      await moving.running.stop();
    }
  }, 60_000);

  it('goes on with the version that it has where the new one cannot be loaded', async () => {
    const own = await makeModelProject('digits.csv', 'label');
    await own.promote(await own.makeModel(4));
    const moving = await new ServerRig(own).start();
    try {
      await own.promote(await own.store.putJson({ version: 1, type: 'none' }, MEDIA_TYPE.model));
      await moving.until(async () => (await moving.health()).problem !== null);
      expect((await moving.health()).problem).toMatchObject({ code: 'MODEL_INVALID' });
      expect((await moving.predict([rows[0]])).model.version).toBe(1);
      expect(moving.notes).toHaveLength(1);
      await own.promote(await own.makeModel(5));
      await moving.until(async () => (await moving.health())['version'] === 3);
      expect((await moving.health()).problem).toBeNull();
    } finally {
      await moving.running.stop();
    }
  }, 60_000);
});

describe('stopping and starting', () => {
  it('answers what it has taken before it stops', async () => {
    const batching = { maxRows: 1024, waitMs: 300, maxQueuedRows: 8192 };
    const ending = await new ServerRig(project).start({ batching });
    const taken = [0, 1, 2].map((at) => ending.predict([rows[at]]));
    await sleep(100);
    await ending.running.stop();
    const found = await Promise.all(taken);
    expect(found.flatMap(bitsOf)).toEqual(expected.probabilities.slice(0, 3));
    await expect(fetch(`${ending.running.url}/healthz`)).rejects.toThrow();
  }, 30_000);

  it.each([
    [{ host: '0.0.0.0' }, 'USAGE'],
    [{ alias: 'nowhere' }, 'MODEL_NOT_FOUND'],
    [{ name: 'nobody' }, 'MODEL_NOT_FOUND'],
  ])('does not start with %j', async (given, code) => {
    await expect(new ServerRig(project).start(given)).rejects.toMatchObject({ code });
  });

  it('does not start where the port is taken', async () => {
    const port = Number(new URL(rig.running.url).port);
    await expect(new ServerRig(project).start({ port })).rejects.toMatchObject({ code: 'USAGE' });
  }, 30_000);
});
