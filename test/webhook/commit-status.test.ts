import type { IncomingHttpHeaders, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { allowRepository } from '../../src/webhook/allowed-repositories.ts';
import type { CommitStatus } from '../../src/webhook/commit-status.ts';
import { reportStatus } from '../../src/webhook/commit-status.ts';
import { publicLookup } from '../../src/net/checked-lookup.ts';
import { parseStatusUrl } from '../../src/webhook/status-address.ts';
import { CLONE_URL, COMMIT, gitlabHeaders, payload, Rig, SECRET } from './hook-sender.ts';

const TOKEN = 'canary-77aa-status-token';

interface Call {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, string>;
}

/** What stands in for the provider's API. */
class FakeApi {
  readonly calls: Call[] = [];
  /** The answers to come; then 201. */
  readonly answers: { status: number; location?: string }[] = [];
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method, url, headers } = request;
        const body = JSON.parse(Buffer.concat(chunks).toString()) as Call['body'];
        this.calls.push({ method, url, headers, body });
        const { status, location } = this.answers.shift() ?? { status: 201 };
        response.writeHead(status, location === undefined ? {} : { location }).end('{}');
      });
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): Promise<unknown> {
    return new Promise((resolve) => this.server.close(resolve));
  }
}

const status: CommitStatus = {
  provider: 'github',
  fullName: 'acme/models',
  commit: COMMIT,
  ref: 'refs/heads/main',
  state: 'success',
  description: 'two pipelines',
};

describe('status of a commit', () => {
  let api: FakeApi;
  let base: string;
  beforeEach(async () => {
    api = new FakeApi();
    base = await api.listen();
  });
  afterEach(() => api.close());

  const reporter = (path = '') => ({ api: parseStatusUrl(`${base}${path}`), token: TOKEN });

  it('is posted to GitHub', async () => {
    await reportStatus(status, reporter());
    expect(api.calls).toEqual([
      {
        method: 'POST',
        url: `/repos/acme/models/statuses/${COMMIT}`,
        headers: expect.objectContaining({ authorization: `Bearer ${TOKEN}` }),
        body: { state: 'success', description: 'two pipelines', context: 'modelwright' },
      },
    ]);
  });

  it('is posted to Gitea', async () => {
    await reportStatus({ ...status, provider: 'gitea', state: 'failure' }, reporter('/api/v1'));
    expect(api.calls[0]).toMatchObject({
      url: `/api/v1/repos/acme/models/statuses/${COMMIT}`,
      headers: { authorization: `token ${TOKEN}` },
      body: { state: 'failure' },
    });
  });

  it('is posted to GitLab in its words, also in a subgroup', async () => {
    const there = { ...status, provider: 'gitlab', fullName: 'acme/ml/models' } as const;
    await reportStatus({ ...there, state: 'failure' }, reporter('/api/v4/'));
    expect(api.calls[0]).toMatchObject({
      url: `/api/v4/projects/acme%2Fml%2Fmodels/statuses/${COMMIT}`,
      headers: { 'private-token': TOKEN },
      body: { state: 'failed', name: 'modelwright', ref: 'main' },
    });
  });

  it('is posted where a template says', async () => {
    await reportStatus(status, reporter('/at/{repository}/of/{commit}'));
    expect(api.calls[0]?.url).toBe(`/at/acme/models/of/${COMMIT}`);
  });

  it('follows no redirect with the token', async () => {
    const other = new FakeApi();
    const location = `${await other.listen()}/`;
    api.answers.push({ status: 307, location });
    await expect(reportStatus(status, reporter())).rejects.toMatchObject({
      code: 'COMMIT_STATUS_FAILED',
    });
    expect([api.calls.length, other.calls.length]).toEqual([1, 0]);
    await other.close();
  });

  it('is tried again where the API fails, and not where it says no', async () => {
    api.answers.push({ status: 502 });
    await reportStatus(status, reporter());
    expect(api.calls).toHaveLength(2);
    api.answers.push({ status: 403 });
    const error = await reportStatus(status, reporter()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'COMMIT_STATUS_FAILED' });
    expect(JSON.stringify([error, (error as Error).stack])).not.toContain(TOKEN);
    expect(api.calls).toHaveLength(3);
  });

  it('is given up where the API does not answer', async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const there = { api: parseStatusUrl(`http://127.0.0.1:${port}`), token: TOKEN, timeoutMs: 50 };
    await expect(reportStatus(status, there)).rejects.toMatchObject({
      code: 'COMMIT_STATUS_FAILED',
    });
    silent.closeAllConnections();
    await new Promise((resolve) => silent.close(resolve));
  });

  it.each([
    'http://api.example.org',
    'http://10.0.0.1',
    'https://10.0.0.1',
    'https://192.168.1.1/api/v4',
    'https://169.254.169.254',
    'https://[fe80::1]',
    'https://[fd00::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://167772161',
    'https://0x0a.1',
    'https://0.0.0.0',
    'https://user:pw@api.example.org',
    'https://api.example.org?x=1',
    'file:///etc/passwd',
    'no url',
  ])('is never sent to %s', (url) => {
    expect(() => parseStatusUrl(url)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });

  it('is not sent to a name that stands for a private address', async () => {
    const answer = await new Promise((resolve) =>
      publicLookup('localhost', { all: true }, (error: Error | null) => resolve(error)),
    );
    expect(answer).toMatchObject({ message: expect.stringContaining('private') });
  });

  describe('of a delivery', () => {
    let rig: Rig;
    afterEach(() => rig.dispose());

    it('is pending first, then says whether every pipeline is valid', async () => {
      rig = await new Rig().start({ reporter: reporter() });
      await rig.github();
      await rig.running.idle();
      rig.sync = async () => ({ valid: false, commit: COMMIT, summary: '1 broken', report: null });
      const body = payload({ project: { git_http_url: CLONE_URL } });
      await rig.post('/hooks/gitlab', body, { ...gitlabHeaders(), 'x-gitlab-token': SECRET });
      await rig.running.idle();
      expect(api.calls.map(({ body: { state, description } }) => [state, description])).toEqual([
        ['pending', 'validating'],
        ['success', 'one pipeline'],
        ['pending', 'validating'],
        ['failed', '1 broken'],
      ]);
    });

    it('is logged and recorded where it cannot be told, and the sync is done all the same', async () => {
      rig = await new Rig().start({ reporter: reporter() });
      api.answers.push({ status: 401 }, { status: 401 });
      await rig.github();
      await rig.running.idle();
      expect(rig.synced).toHaveLength(1);
      expect(rig.notes.filter((note) => note.includes('COMMIT_STATUS_FAILED'))).toHaveLength(2);
      expect(JSON.stringify([rig.notes, rig.lines])).not.toContain(TOKEN);
      expect(rig.records()).toEqual([
        expect.objectContaining({
          state: 'done',
          status: { commit: COMMIT, error: expect.stringContaining('401') },
        }),
      ]);
    });

    it('goes to the repository that the operator named, not to one of the payload', async () => {
      const repositories = [allowRepository(`acme/models=${CLONE_URL}`, '/')];
      rig = await new Rig().start({ reporter: reporter(), repositories });
      await rig.github(payload({ repository: { full_name: 'evil/x', clone_url: CLONE_URL } }));
      await rig.running.idle();
      expect(api.calls.map(({ url }) => url)).toEqual(
        Array(2).fill(`/repos/acme/models/statuses/${COMMIT}`),
      );
    });
  });
});
