import { connect } from 'node:net';
import { COMMIT, gitlabHeaders, giteaHeaders, githubHeaders, hex, payload } from './hook-sender.ts';
import { answerOf, CLONE_URL, Rig, SECRET, standardHeaders } from './hook-sender.ts';

const nowS = () => Math.floor(Date.now() / 1000);
const gitlabPayload = () =>
  payload({
    object_kind: 'push',
    checkout_sha: COMMIT,
    head_commit: undefined,
    repository: { name: 'models', git_http_url: CLONE_URL },
    project: { path_with_namespace: 'acme/models', git_http_url: CLONE_URL },
  });

describe('webhook receiver', () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await new Rig().start();
  });
  afterEach(() => rig.dispose());

  describe('who may deliver', () => {
    it('accepts what GitHub signs, over the bytes as they came', async () => {
      const body = `  ${payload()}\n`;
      expect(await rig.post('/hooks/github', body, githubHeaders(body))).toMatchObject({
        status: 202,
        json: { status: 'accepted' },
      });
      await rig.running.idle();
      expect(rig.synced.map(({ repository, delivery }) => [repository.url, delivery])).toEqual([
        [
          CLONE_URL,
          expect.objectContaining({
            provider: 'github',
            ref: 'refs/heads/main',
            commit: COMMIT,
            repository: CLONE_URL,
          }),
        ],
      ]);
    });

    it('accepts the form that GitHub sends by default', async () => {
      const body = new URLSearchParams({ payload: payload() }).toString();
      const headers = {
        ...githubHeaders(body),
        'content-type': 'application/x-www-form-urlencoded',
      };
      expect((await rig.post('/hooks/github', body, headers)).status).toBe(202);
    });

    it('accepts what Gitea signs, in either of its headers', async () => {
      const body = payload();
      expect((await rig.post('/hooks/gitea', body, giteaHeaders(body))).status).toBe(202);
      const { 'x-gitea-signature': _own, ...others } = giteaHeaders(body);
      const headers = { ...others, 'x-hub-signature-256': `sha256=${hex(body)}` };
      expect((await rig.post('/hooks/gitea', body, headers)).status).toBe(202);
    });

    it("accepts GitLab's signature and its token", async () => {
      const body = gitlabPayload();
      const signed = { ...gitlabHeaders(), ...standardHeaders(body, SECRET, nowS()) };
      expect((await rig.post('/hooks/gitlab', body, signed)).status).toBe(202);
      const token = { ...gitlabHeaders(), 'x-gitlab-token': SECRET };
      expect((await rig.post('/hooks/gitlab', body, token)).status).toBe(202);
    });

    it('reads a whsec_ secret as the base64 of the key', async () => {
      await rig.stop();
      const key = Buffer.from('a key of 32 bytes for HMAC tests');
      await rig.start({ secrets: [`whsec_${key.toString('base64')}`] });
      const body = gitlabPayload();
      const headers = { ...gitlabHeaders(), ...standardHeaders(body, key, nowS()) };
      expect((await rig.post('/hooks/gitlab', body, headers)).status).toBe(202);
    });

    it('accepts any of several secrets, so that one can be replaced', async () => {
      await rig.stop();
      await rig.start({ secrets: ['the old one of many letters', SECRET] });
      expect((await rig.github()).status).toBe(202);
    });

    it('tells the provider by its headers, and Gitea from the GitHub that it looks like', async () => {
      const body = payload();
      for (const headers of [giteaHeaders(body), githubHeaders(body)]) {
        expect((await rig.post('/hooks', body, headers)).status).toBe(202);
      }
      await rig.running.idle();
      expect(rig.synced.map(({ delivery }) => delivery.provider).sort()).toEqual([
        'gitea',
        'github',
      ]);
      const unknown = { 'content-type': 'application/json' };
      expect(await rig.post('/hooks', body, unknown)).toMatchObject({
        status: 400,
        json: { code: 'WEBHOOK_INVALID' },
      });
    });

    const body = payload();
    const good = githubHeaders(body, 'refused');
    const { 'x-hub-signature-256': signature, ...unsigned } = good;
    const withSignature = (text: string) => ({ ...unsigned, 'x-hub-signature-256': text });
    const gitlab = gitlabHeaders('refused-gl');
    const signedGitlab = standardHeaders(body, SECRET, nowS());
    it.each([
      ['no signature', 'github', unsigned],
      ['a wrong one', 'github', withSignature(`sha256=${hex(body, 'another secret')}`)],
      ['one of another body', 'github', withSignature(`sha256=${hex(`${body} `)}`)],
      ['a short one', 'github', withSignature(signature.slice(0, -2))],
      ['an empty one', 'github', withSignature('sha256=')],
      ['one without its scheme', 'github', withSignature(hex(body))],
      [
        'SHA-1 in the header for SHA-256',
        'github',
        withSignature(`sha1=${hex(body, SECRET, 'sha1')}`),
      ],
      [
        'SHA-1 alone',
        'github',
        { ...unsigned, 'x-hub-signature': `sha1=${hex(body, SECRET, 'sha1')}` },
      ],
      ['letters that are no hex', 'github', withSignature(`sha256=${'z'.repeat(64)}`)],
      ['the token of GitLab for GitHub', 'github', { ...unsigned, 'x-gitlab-token': SECRET }],
      ['a wrong one of Gitea', 'gitea', { ...giteaHeaders(body), 'x-gitea-signature': hex('x') }],
      ['no token', 'gitlab', gitlab],
      ['a wrong token', 'gitlab', { ...gitlab, 'x-gitlab-token': 'wrong' }],
      ['half a token', 'gitlab', { ...gitlab, 'x-gitlab-token': SECRET.slice(0, -1) }],
      [
        'a wrong signature beside the right token',
        'gitlab',
        {
          ...gitlab,
          ...standardHeaders(body, 'other', nowS()),
          'x-gitlab-token': SECRET,
        },
      ],
      [
        'a signature of another time',
        'gitlab',
        { ...gitlab, ...signedGitlab, 'webhook-timestamp': String(nowS() - 7) },
      ],
      [
        'a signature of another id',
        'gitlab',
        { ...gitlab, ...signedGitlab, 'webhook-id': 'msg_2' },
      ],
      ['no v1 signature', 'gitlab', { ...gitlab, ...signedGitlab, 'webhook-signature': 'v2,AAAA' }],
      ['a time too old', 'gitlab', { ...gitlab, ...standardHeaders(body, SECRET, nowS() - 301) }],
      ['a time to come', 'gitlab', { ...gitlab, ...standardHeaders(body, SECRET, nowS() + 310) }],
    ])('refuses %s with 401 (%s)', async (_what, provider, headers) => {
      const answer = await rig.post(`/hooks/${provider}`, body, headers);
      expect(answer).toMatchObject({ status: 401, json: { code: 'WEBHOOK_UNAUTHENTICATED' } });
      expect(answer.json.remedy).toEqual(expect.any(String));
      await rig.running.idle();
      expect(rig.synced).toEqual([]);
    });

    it('never says a secret, whatever fails', async () => {
      const told = [
        await rig.post('/hooks/gitlab', body, { ...gitlab, 'x-gitlab-token': `${SECRET}x` }),
        await rig.post('/hooks/github', '{', githubHeaders('{')),
        await rig.post(`/hooks/${SECRET.slice(0, 6)}`, body, good),
      ];
      rig.sync = async () => {
        throw new Error('broken');
      };
      await rig.github();
      await rig.running.idle();
      const seen = JSON.stringify([told.map(({ text }) => text), rig.lines, rig.notes]);
      expect(seen).not.toContain(SECRET);
      expect(seen).not.toContain(hex(body));
    });
  });

  describe('without a secret', () => {
    it('does not bind to an address that others reach', async () => {
      await rig.stop();
      await expect(rig.start({ secrets: [], host: '0.0.0.0' })).rejects.toMatchObject({
        code: 'USAGE',
      });
    });

    it('serves this machine, but neither a proxy nor a page in a browser', async () => {
      await rig.stop();
      await rig.start({ secrets: [] });
      const body = payload();
      const { 'x-hub-signature-256': _signature, ...headers } = githubHeaders(body);
      expect((await rig.post('/hooks/github', body, headers)).status).toBe(202);
      for (const extra of [
        { 'x-forwarded-for': '203.0.113.7' },
        { origin: 'https://evil.example' },
      ] as Record<string, string>[]) {
        const answer = await rig.post('/hooks/github', body, { ...headers, ...extra });
        expect(answer).toMatchObject({ status: 401, json: { code: 'WEBHOOK_UNAUTHENTICATED' } });
      }
    });
  });

  describe('what is answered', () => {
    it('answers a ping and an event of no interest, without a sync', async () => {
      const body = '{"zen":"x"}';
      const ping = { ...githubHeaders(body), 'x-github-event': 'ping' };
      expect(await rig.post('/hooks/github', body, ping)).toMatchObject({
        status: 200,
        json: { status: 'pong' },
      });
      const star = { ...githubHeaders(body), 'x-github-event': 'star' };
      expect((await rig.post('/hooks/github', body, star)).status).toBe(204);
      expect(rig.synced).toEqual([]);
    });

    it('never fetches an address that it was not started with', async () => {
      const body = payload({
        repository: {
          full_name: 'acme/models',
          clone_url: 'https://evil.example/acme/models.git',
          ssh_url: 'ext::sh -c touch% /tmp/x',
        },
      });
      expect(await rig.github(body)).toMatchObject({
        status: 404,
        json: { code: 'WEBHOOK_UNKNOWN_REPOSITORY' },
      });
      expect(rig.synced).toEqual([]);
      expect(rig.lines.at(-1)).toMatchObject({ status: 404 });
    });

    it.each([
      ['no JSON', '{"ref":'],
      ['a list', '[1]'],
      ['null', 'null'],
      ['no repository', payload({ repository: {} })],
      ['no ref', payload({ ref: 7 })],
      ['a ref like an option', payload({ ref: 'refs/heads/--upload-pack=x' })],
      ['a ref that is no branch', payload({ ref: 'HEAD' })],
      ['a ref that climbs', payload({ ref: 'refs/heads/../../x' })],
      ['a commit that is none', payload({ head_commit: { id: 'HEAD' } })],
    ])('refuses %s with 400', async (_what, body) => {
      expect(await rig.github(body)).toMatchObject({
        status: 400,
        json: { code: 'WEBHOOK_INVALID' },
      });
    });

    it('refuses a delivery of 30 MB with 413, also where its size is not said', async () => {
      const body = Buffer.alloc(30 * 1024 * 1024, ' ');
      const headers = githubHeaders(body);
      expect(await rig.post('/hooks/github', body, headers)).toMatchObject({
        status: 413,
        json: { code: 'WEBHOOK_TOO_LARGE' },
      });
      // It ends: where the connection closes first, `fetch` goes on reading what it sends, and an
      // endless one would fill the memory of this process.
      let left = 30;
      const stream = new ReadableStream({
        pull(controller) {
          if (left-- > 0) controller.enqueue(new Uint8Array(1024 * 1024));
          else controller.close();
        },
      });
      const chunked = await fetch(`${rig.running.url}/hooks/github`, {
        method: 'POST',
        body: stream,
        headers,
        duplex: 'half',
      }).then(
        ({ status }) => status,
        // The connection may close on the sender while it still sends.
        () => 413,
      );
      expect(chunked).toBe(413);
      await until(() => rig.lines.filter(({ status }) => status === 413).length === 2);
      expect((await rig.github()).status).toBe(202);
    });

    it('refuses other content types with 415 and other methods with 405', async () => {
      const body = payload();
      const headers = { ...githubHeaders(body), 'content-type': 'text/plain' };
      expect((await rig.post('/hooks/github', body, headers)).status).toBe(415);
      const got = await answerOf(await fetch(`${rig.running.url}/hooks/github`));
      expect(got).toMatchObject({ status: 405, json: { code: 'WEBHOOK_UNKNOWN_ROUTE' } });
      expect(got.headers.get('allow')).toBe('POST');
    });

    it('says that it is well', async () => {
      expect((await fetch(`${rig.running.url}/healthz`)).status).toBe(200);
    });

    it('knows a provider only if it serves it', async () => {
      await rig.stop();
      await rig.start({ providers: ['github'] });
      const body = payload();
      expect((await rig.post('/hooks/gitea', body, giteaHeaders(body))).status).toBe(404);
      expect((await rig.post('/hooks/bitbucket', body, githubHeaders(body))).status).toBe(404);
    });
  });

  it.each([
    '/hooks//github',
    '/hooks/github/',
    '/HOOKS/github',
    '/hooks/GITHUB',
    '/hooks/./github',
    '/hooks/../hooks/github',
    '/hooks/%2e%2e/hooks/github',
    '/hooks/github%2f',
    '/hooks/github%00',
    '/hooks/%67ithub',
    '/hooks/%zz',
    '/hooks/github;x',
    '//hooks/github',
    '/healthz/../hooks/github',
    'http://elsewhere.example/hooks/github',
    '/hooks/__proto__',
  ])('lets no unsigned delivery in by %s', async (target) => {
    const body = payload();
    const { 'x-hub-signature-256': _signature, ...headers } = githubHeaders(body);
    const status = await rawStatus(rig.running.url, target, body, headers);
    expect([400, 401, 404]).toContain(status);
    expect(rig.synced).toEqual([]);
  });

  it('serves others while a slow sender holds its connection, and ends that', async () => {
    await rig.stop();
    await rig.start({ timeouts: { headersMs: 300, requestMs: 600 } });
    const { port } = new URL(rig.running.url);
    const slow = [
      'POST /hooks/github HTTP/1.1\r\nhost: x\r\nx-a',
      `POST /hooks/github HTTP/1.1\r\nhost: x\r\nx-hub-signature-256: sha256=${'0'.repeat(64)}\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{`,
    ];
    const answers = slow.map((start) => rawAnswer(Number(port), start));
    expect((await rig.github()).status).toBe(202);
    for (const answer of answers) expect(await answer).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('stops also where a sender never ends its request', async () => {
    await rig.stop();
    await rig.start({ timeouts: { headersMs: 1_500, requestMs: 1_500 } });
    const { port } = new URL(rig.running.url);
    const begun = 'POST /hooks/github HTTP/1.1\r\nhost: x\r\nx-a';
    const answer = rawAnswer(Number(port), begun).catch(() => 'cut off');
    // It has a connection by the time that another request is answered.
    expect((await rig.github()).status).toBe(202);
    await rig.stop();
    expect(await answer).not.toMatch(/^HTTP\/1\.1 2/);
    await rig.start({});
  });
});

/** `fetch` would put the path in order before it sends it. */
async function rawStatus(
  url: string,
  target: string,
  body: string,
  headers: Record<string, string>,
): Promise<number> {
  const lines = Object.entries({
    host: 'x',
    connection: 'close',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}`);
  const text = await rawAnswer(
    Number(new URL(url).port),
    `POST ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`,
  );
  return Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]);
}

function rawAnswer(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (data) => (received += data.toString()));
    socket.on('close', () => resolve(received));
    socket.on('error', reject);
  });
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 200) throw new Error('it does not come to hold');
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
