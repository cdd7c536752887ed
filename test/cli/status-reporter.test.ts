import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { statusTeller } from '../../src/cli/status-reporter.ts';
import type { SyncReport } from '../../src/git/sync-report.ts';

const TOKEN = 'canary-status-token';
const COMMIT = 'b'.repeat(40);
let server: Server;
let base: string;
let answer = 201;
let calls: { url: string | undefined; body: Record<string, string> }[];

beforeEach(async () => {
  calls = [];
  answer = 201;
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, string>;
      calls.push({ url: request.url, body });
      response.writeHead(answer).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

function reportOf(broken: SyncReport['broken'], commit: string | null = COMMIT): SyncReport {
  return {
    repository: 'models.git',
    ref: 'refs/heads/main',
    commit,
    previousCommit: null,
    author: 'Bob',
    subject: 'One',
    registered: [],
    unchanged: 2,
    elsewhere: [],
    retired: [],
    broken,
    runs: [],
    schedules: [],
  } as unknown as SyncReport;
}

const flags = () => ({
  statusUrl: base,
  statusRepo: 'acme/models',
  statusProvider: 'github' as const,
});
const env = { MODELWRIGHT_STATUS_TOKEN: TOKEN };

describe('the status of a synced commit', () => {
  it('is success for a good commit and failure for a broken one', async () => {
    const notes: string[] = [];
    const tell = await statusTeller(flags(), env, (text) => notes.push(text));
    await tell(reportOf([]));
    const broken = [{ file: 'pipelines/a.yaml', errors: [{ message: 'no such key' }] }];
    await tell(reportOf(broken as unknown as SyncReport['broken']));
    expect(calls.map(({ body }) => body['state'])).toEqual(['success', 'failure']);
    expect(calls[0]?.url).toContain(`acme/models/statuses/${COMMIT}`);
    expect(calls[1]?.body['description']).toContain('pipelines/a.yaml');
    expect(notes).toEqual([]);
  });

  it('is said to be missing where the API says no, and never fails the sync or shows the token', async () => {
    answer = 403;
    const notes: string[] = [];
    const tell = await statusTeller(flags(), env, (text) => notes.push(text));
    await tell(reportOf([]));
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain(COMMIT.slice(0, 12));
    expect(notes[0]).not.toContain(TOKEN);
  });

  it('is not told for a deleted ref, nor without an address', async () => {
    await (
      await statusTeller(flags(), env, () => undefined)
    )(reportOf([], null));
    await (
      await statusTeller({ statusProvider: 'github' }, {}, () => undefined)
    )(reportOf([]));
    expect(calls).toEqual([]);
  });

  it.each([
    ['without a token', {}, 'acme/models'],
    ['without a repository', env, ''],
  ])('is a wrong use %s', async (_, given, statusRepo) => {
    const told = statusTeller({ ...flags(), statusRepo }, given, () => undefined);
    await expect(told).rejects.toMatchObject({ code: 'USAGE' });
  });
});
