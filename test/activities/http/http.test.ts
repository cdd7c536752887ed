import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHttpStep, httpStep } from '../../../src/activities/http/http.ts';
import type { LocalStepContext } from '../../../src/activities/step-runner.ts';
import { NO_CONFIG, type HttpConfig } from '../../../src/config/config.ts';
import type { JsonObject } from '../../../src/json.ts';
import type { ResolveName } from '../../../src/net/checked-lookup.ts';
import { decodeOutputs, decodeWith } from '../../../src/spec/step-schemas.ts';
import { makeTestPlace, type TestPlace } from '../step-context.ts';

interface Asked {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A server on loopback that answers as it is told and keeps what it was asked. */
class Site {
  readonly asked: Asked[] = [];
  port = 0;
  answer: (request: Asked, response: ServerResponse) => void = (_, response) => response.end('ok');
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method, url, headers } = request;
        const asked = { method, url, headers, body: Buffer.concat(chunks).toString() };
        this.asked.push(asked);
        this.answer(asked, response);
      });
    });
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  get host(): string {
    return `127.0.0.1:${this.port}`;
  }

  close(): Promise<unknown> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(resolve));
  }
}

let place: TestPlace;
let site: Site;
let other: Site;
beforeEach(async () => {
  place = await makeTestPlace();
  site = await new Site().listen();
  other = await new Site().listen();
});
afterEach(async () => {
  await Promise.all([site.close(), other.close(), place.remove()]);
});

interface Changes {
  readonly http?: Partial<HttpConfig>;
  readonly signal?: AbortSignal;
  readonly resolve?: ResolveName;
}

async function ask(given: JsonObject, { http, signal, resolve }: Changes = {}) {
  const step = resolve === undefined ? httpStep : createHttpStep(resolve);
  const config = { ...NO_CONFIG, http: { allow: [site.host], public: true, ...http } };
  const context: LocalStepContext = {
    ...place.context(signal && { signal }),
    stateFolder: place.folder,
    config,
  };
  const outputs = await step.run(decodeWith('http', given), context);
  return decodeOutputs<typeof outputs>('http', outputs);
}

const url = (path = '/') => `http://${site.host}${path}`;

const resolving = (...answers: string[][]): ResolveName & { calls: () => number } => {
  let calls = 0;
  const resolve: ResolveName = (_name, _options, callback) => {
    const addresses = answers[Math.min(calls, answers.length - 1)] ?? [];
    calls += 1;
    callback(
      null,
      addresses.map((address) => ({ address, family: 4 })),
    );
  };
  return Object.assign(resolve, { calls: () => calls });
};

describe('an http step', () => {
  it('gives status, headers and a small JSON body', async () => {
    site.answer = (_, response) =>
      response
        .writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'set-cookie': 'a=b' })
        .end('{"items": [1, {"a": "b"}]}');
    expect(await ask({ url: url('/x?y=1') })).toEqual({
      status: 200,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      json: { items: [1, { a: 'b' }] },
      text: null,
      artifact: null,
      bytes: 26,
    });
    expect(site.asked[0]).toMatchObject({
      method: 'GET',
      url: '/x?y=1',
      headers: { host: site.host, 'user-agent': 'modelwright', 'accept-encoding': 'identity' },
    });
  });

  it('sends headers, query and body', async () => {
    await ask({
      url: url('/x?a=1'),
      method: 'POST',
      headers: { Authorization: 'Bearer t', 'Idempotency-Key': 'mine' },
      query: { b: 'é &', c: 2 },
      body: { json: { d: [null] } },
    });
    await ask({ url: url(), method: 'PUT', body: { text: 'plain' } });
    expect(site.asked).toMatchObject([
      {
        method: 'POST',
        url: '/x?a=1&b=%C3%A9+%26&c=2',
        headers: {
          authorization: 'Bearer t',
          'idempotency-key': 'mine',
          'content-type': 'application/json',
          'content-length': '12',
        },
        body: '{"d":[null]}',
      },
      {
        headers: { 'idempotency-key': 'run-1-step', 'content-type': 'text/plain; charset=utf-8' },
        body: 'plain',
      },
    ]);
  });

  it.each([
    ['text', 'text/plain', 'héllo', { text: 'héllo', json: null, artifact: null }],
    ['what is called JSON and is none', 'application/json', '{', { text: '{', json: null }],
    ['JSON with a key of prototypes', 'application/json', '{"__proto__":1}', { json: null }],
    ['HTML as text', 'text/html', '<b>', { text: '<b>', artifact: null }],
    ['nothing', 'text/plain', '', { text: null, artifact: null, bytes: 0 }],
  ])('gives %s', async (_, type, body, expected) => {
    site.answer = (_asked, response) => response.writeHead(200, { 'content-type': type }).end(body);
    expect(await ask({ url: url() })).toMatchObject(expected);
  });

  it.each([
    ['large', 'text/csv', Buffer.alloc(16 * 1024 + 1, 'a'), 'text/csv'],
    ['no text', 'image/png', Buffer.from([0x89, 0x50, 0xff]), 'image/png'],
    ['large and active', 'text/html', Buffer.alloc(20_000, 'a'), 'application/octet-stream'],
    ['small but long as JSON', 'text/plain', Buffer.alloc(10_000, '"'), 'text/plain'],
    ['of no media type', 'a b', Buffer.from([0xff]), 'application/octet-stream'],
  ])('keeps a body that is %s as an artifact', async (_, type, body, mediaType) => {
    site.answer = (_asked, response) => response.writeHead(200, { 'content-type': type }).end(body);
    const { artifact, text, json, bytes } = await ask({ url: url() });
    expect({ text, json, bytes, type: artifact?.mediaType }).toEqual({
      text: null,
      json: null,
      bytes: body.length,
      type: mediaType,
    });
    expect(Buffer.from(await place.store.get(artifact!)).equals(body)).toBe(true);
  });

  it.each([
    [404, 'HTTP_UNEXPECTED'],
    [401, 'HTTP_UNEXPECTED'],
    [304, 'HTTP_UNEXPECTED'],
    [429, 'HTTP_FAILED'],
    [503, 'HTTP_FAILED'],
  ])('fails for %i as %s, with the start of what it said', async (status, code) => {
    site.answer = (_, response) => response.writeHead(status).end('why\n  not');
    await expect(ask({ url: url() })).rejects.toMatchObject({
      code,
      message: `GET ${site.host} answered ${status}${status === 304 ? '' : ': why not'}`,
    });
  });

  it('takes the statuses that are expected, and no others', async () => {
    site.answer = (_, response) => response.writeHead(404).end();
    const expect404 = { url: url(), expect: { status: [404] } };
    expect(await ask(expect404)).toMatchObject({ status: 404 });
    site.answer = (_, response) => response.writeHead(200).end();
    await expect(ask(expect404)).rejects.toMatchObject({ code: 'HTTP_UNEXPECTED' });
  });

  it.each([
    ['said beforehand', true],
    ['found on the way', false],
  ])('refuses a body over maxBytes, %s', async (_, isSaid) => {
    site.answer = (_asked, response) => {
      if (isSaid) response.setHeader('content-length', 11);
      response.write('12345');
      response.end('678901');
    };
    await expect(ask({ url: url(), maxBytes: 10 })).rejects.toMatchObject({
      code: 'DATA_TOO_LARGE',
    });
    expect(await ask({ url: url(), maxBytes: 11 })).toMatchObject({ bytes: 11 });
  });

  it('gives up after its time, also in the middle of a body', async () => {
    site.answer = (_, response) => void response.write('a');
    await expect(ask({ url: url(), timeout: '100ms' })).rejects.toMatchObject({
      code: 'HTTP_FAILED',
      message: 'no answer within 100ms',
    });
  });

  it('is stopped by the signal', async () => {
    const stop = new AbortController();
    site.answer = () => stop.abort();
    await expect(ask({ url: url() }, { signal: stop.signal })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });

  it('fails where nobody answers', async () => {
    const host = site.host;
    await site.close();
    const allowed = { http: { allow: [host] } };
    const error = ask({ url: `http://${host}/?q=canary` }, allowed);
    await expect(error).rejects.toMatchObject({
      code: 'HTTP_FAILED',
      message: `${host} cannot be asked: ECONNREFUSED`,
    });
    site = await new Site().listen();
  });

  it.each([
    ['Host', 'x'],
    ['Content-Length', '1'],
    ['transfer-encoding', 'chunked'],
    ['X-A', 'canary\r\nX-B: c'],
    ['X-A', 'canary\u0100'],
    ['X A', 'canary'],
  ])('refuses the header %s', async (name, value) => {
    await expect(ask({ url: url(), headers: { [name]: value } })).rejects.toMatchObject({
      code: 'HTTP_REFUSED',
      message: expect.not.stringContaining('canary'),
    });
    expect(site.asked).toEqual([]);
  });
});

describe('an http step does not reach', () => {
  it.each([
    'http://127.0.0.1/',
    'http://localhost/',
    'http://0.0.0.0/',
    'http://10.0.0.1/',
    'http://172.16.0.1/',
    'http://192.168.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://100.64.0.1/',
    'http://224.0.0.1/',
    'http://[::1]/',
    'http://[::]/',
    'http://[fd00::1]/',
    'http://[fe80::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:8.8.8.8]/',
    'http://[64:ff9b::7f00:1]/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0177.0.0.1/',
    'http://127.1/',
    'http://0x08.8.8.8/',
    'http://134744072/',
    'http://\u2460\u2461\u2466.0.0.1/',
    'https://user:hunter2@example.org/',
    'https://user@example.org/',
    'ftp://example.org/',
    'file:///etc/passwd',
    'gopher://example.org/',
    'javascript:alert(1)',
    'data:text/plain,x',
    '//example.org/',
    'example.org',
    '',
  ])('%s', async (address) => {
    const resolve = resolving(['127.0.0.1']);
    const error = await ask({ url: address || ' ' }, { http: { allow: [] }, resolve }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 'HTTP_REFUSED' });
    expect((error as Error).message).not.toContain('hunter2');
    expect(resolve.calls()).toBe(0);
  });

  it.each([
    ['this machine', ['127.0.0.1']],
    ['an inner network', ['10.1.2.3']],
    ['both an open and an inner one', ['93.184.216.34', '192.168.1.1']],
    ['a link', ['169.254.169.254']],
  ])('a name that stands for %s', async (_, addresses) => {
    const resolve = resolving(addresses);
    await expect(
      ask({ url: `http://rebind.test:${site.port}/` }, { resolve }),
    ).rejects.toMatchObject({ code: 'HTTP_REFUSED' });
    expect(site.asked).toEqual([]);
  });

  it('another address than the one that was checked, whatever the next answer is', async () => {
    // The second answer would be refused: the connection has used the first, and asked once.
    const resolve = resolving(['127.0.0.1'], ['10.0.0.1']);
    const http = { allow: [`localhost:${site.port}`] };
    await ask({ url: `http://localhost:${site.port}/` }, { resolve, http });
    expect([site.asked.length, resolve.calls()]).toEqual([1, 1]);
    const again = ask({ url: `http://localhost:${site.port}/` }, { resolve, http: { allow: [] } });
    await expect(again).rejects.toMatchObject({ code: 'HTTP_REFUSED' });
  });

  it('this machine by a listed name that someone points at it', async () => {
    const http = { allow: [`api.test:${site.port}`] };
    const resolve = resolving(['127.0.0.1']);
    const asking = ask({ url: `http://api.test:${site.port}/` }, { http, resolve });
    await expect(asking).rejects.toMatchObject({ code: 'HTTP_REFUSED' });
    expect(site.asked).toEqual([]);
  });

  it('another port of a listed host', async () => {
    await expect(ask({ url: `http://${other.host}/` })).rejects.toMatchObject({
      code: 'HTTP_REFUSED',
    });
    const http = { allow: ['127.0.0.1'] };
    await expect(ask({ url: url() }, { http })).rejects.toMatchObject({ code: 'HTTP_REFUSED' });
  });

  it('any host that is not listed, where the open internet is closed', async () => {
    const http = { allow: [site.host], public: false };
    await expect(ask({ url: 'https://example.org/' }, { http })).rejects.toMatchObject({
      code: 'HTTP_REFUSED',
      message: 'the address is refused: example.org is not allowed',
    });
    expect(await ask({ url: url() }, { http })).toMatchObject({ status: 200 });
  });
});

describe('a redirect', () => {
  const redirect = (location: string, status = 302) => {
    site.answer = ({ url: path }, response) =>
      path === '/' ? response.writeHead(status, { location }).end() : response.end('there');
  };

  it('is followed within its origin, with headers', async () => {
    redirect('/next');
    expect(await ask({ url: url(), headers: { 'x-a': 'b' } })).toMatchObject({ text: 'there' });
    expect(site.asked[1]?.headers['x-a']).toBe('b');
  });

  it('turns a POST into a GET, unless it must stay one', async () => {
    redirect('/next', 303);
    await ask({ url: url(), method: 'POST', body: { text: 'x' } });
    redirect('/next', 307);
    await ask({ url: url(), method: 'POST', body: { text: 'x' } });
    expect(site.asked.map(({ method, body }) => [method, body])).toEqual([
      ['POST', 'x'],
      ['GET', ''],
      ['POST', 'x'],
      ['POST', 'x'],
    ]);
  });

  it('to another origin gets no headers', async () => {
    redirect(`http://${other.host}/`);
    const http = { allow: [site.host, other.host] };
    await ask({ url: url(), headers: { authorization: 'canary', 'x-key': 'canary' } }, { http });
    expect(other.asked).toHaveLength(1);
    expect(JSON.stringify(other.asked)).not.toContain('canary');
  });

  it('of a body to another origin is refused', async () => {
    redirect(`http://${other.host}/`, 307);
    const given = { url: url(), method: 'POST', body: { text: 'canary' } };
    const http = { allow: [site.host, other.host] };
    await expect(ask(given, { http })).rejects.toMatchObject({ code: 'HTTP_REFUSED' });
    expect(other.asked).toEqual([]);
  });

  it.each([
    'http://169.254.169.254/latest',
    'http://10.0.0.1/',
    'http://2130706433/',
    '//0x7f.1/',
    '//127.1/',
    '\\\\127.1/',
    'http://user:pw@example.org/',
    'file:///etc/passwd',
    'http://rebind.test/',
  ])('to %s is refused', async (location) => {
    redirect(location);
    const resolve = resolving(['127.0.0.1']);
    await expect(ask({ url: url() }, { resolve })).rejects.toMatchObject({ code: 'HTTP_REFUSED' });
    expect(site.asked).toHaveLength(1);
  });

  it('to a neighbour that is not listed is refused before anything is sent', async () => {
    redirect(`http://${other.host}/`);
    await expect(ask({ url: url() })).rejects.toMatchObject({ code: 'HTTP_REFUSED' });
    expect(other.asked).toEqual([]);
  });

  it('is followed five times at most', async () => {
    let left = 5;
    site.answer = (_, response) =>
      left-- > 0 ? response.writeHead(302, { location: '/' }).end() : response.end('there');
    expect(await ask({ url: url() })).toMatchObject({ text: 'there' });
    left = 6;
    await expect(ask({ url: url() })).rejects.toMatchObject({ code: 'HTTP_UNEXPECTED' });
  });
});
