/** Deliveries as the providers send them; signatures are made here, not by the code under test. */
import { createHmac } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { allowRepository } from '../../src/webhook/allowed-repositories.ts';
import type { DeliveryRecord } from '../../src/webhook/delivery-log.ts';
import type { SyncOutcome } from '../../src/webhook/finish-deliveries.ts';
import type { AccessLine } from '../../src/webhook/receiver.ts';
import type {
  RunningReceiver,
  StartOptions,
  SyncRequest,
} from '../../src/webhook/start-receiver.ts';
import { startReceiver } from '../../src/webhook/start-receiver.ts';

export const SECRET = 'canary-5f1d0c9e-of-the-webhook-tests';
export const COMMIT = 'a'.repeat(40);
export const CLONE_URL = 'https://git.example.org/acme/models.git';

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly json: { code?: string; message?: string; remedy?: string; status?: string };
  readonly headers: Headers;
}

export const payload = (over: object = {}) =>
  JSON.stringify({
    ref: 'refs/heads/main',
    before: 'b'.repeat(40),
    after: COMMIT,
    repository: { full_name: 'acme/models', clone_url: CLONE_URL },
    head_commit: { id: COMMIT, message: 'Größer' },
    ...over,
  });

export const hex = (body: string | Buffer, secret = SECRET, hash = 'sha256') =>
  createHmac(hash, secret).update(body).digest('hex');

let serial = 0;

export const githubHeaders = (body: string | Buffer, id = `gh-${++serial}`) => ({
  'content-type': 'application/json',
  'x-github-event': 'push',
  'x-github-delivery': id,
  'x-hub-signature-256': `sha256=${hex(body)}`,
});

export const giteaHeaders = (body: string, id = `gitea-${++serial}`) => ({
  'content-type': 'application/json',
  'x-gitea-event': 'push',
  'x-github-event': 'push',
  'x-gitea-delivery': id,
  'x-gitea-signature': hex(body),
});

export const gitlabHeaders = (id = `gl-${++serial}`) => ({
  'content-type': 'application/json',
  'x-gitlab-event': 'Push Hook',
  'x-gitlab-event-uuid': id,
});

/** A signature by the Standard Webhooks specification, at a time in seconds. */
export function standardHeaders(body: string, key: string | Buffer, time: number, id = 'msg_1') {
  const digest = createHmac('sha256', key).update(`${id}.${time}.${body}`).digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': String(time),
    'webhook-signature': `v1,${digest}`,
  };
}

export class Rig {
  readonly stateFolder = mkdtempSync(path.join(tmpdir(), 'modelwright-hook-'));
  readonly synced: SyncRequest[] = [];
  readonly lines: AccessLine[] = [];
  readonly notes: string[] = [];
  /** What the next synchronisations do. */
  sync: (request: SyncRequest) => Promise<SyncOutcome> = async () => ({
    valid: true,
    commit: COMMIT,
    summary: 'one pipeline',
    report: { pipelines: 1 },
  });
  private receiver: RunningReceiver | null = null;

  async start(over: Partial<StartOptions> = {}): Promise<this> {
    this.receiver = await startReceiver({
      stateFolder: this.stateFolder,
      host: '127.0.0.1',
      port: 0,
      secrets: [SECRET],
      repositories: [allowRepository(CLONE_URL, '/')],
      providers: ['github', 'gitlab', 'gitea'],
      sync: (request) => {
        this.synced.push(request);
        return this.sync(request);
      },
      access: (line) => this.lines.push(line),
      note: (text) => this.notes.push(text),
      retryMs: 20,
      ...over,
    });
    return this;
  }

  get running(): RunningReceiver {
    if (!this.receiver) throw new Error('not started');
    return this.receiver;
  }

  async post(
    place: string,
    body: string | Buffer,
    headers: Record<string, string>,
  ): Promise<Answer> {
    const response = await fetch(`${this.running.url}${place}`, {
      method: 'POST',
      body,
      headers,
    });
    return answerOf(response);
  }

  records(): DeliveryRecord[] {
    return deliveryRecords(this.stateFolder);
  }

  github(body = payload(), id?: string): Promise<Answer> {
    return this.post('/hooks/github', body, githubHeaders(body, id));
  }

  async stop(): Promise<void> {
    await this.receiver?.stop();
    this.receiver = null;
  }

  /** Leaves a receiver that hangs to the end of the process. */
  forget(): void {
    this.receiver = null;
  }

  async dispose(): Promise<void> {
    await this.stop();
    rmSync(this.stateFolder, { recursive: true, force: true });
  }
}

export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const json = (text === '' ? {} : JSON.parse(text)) as Answer['json'];
  return { status: response.status, text, json, headers: response.headers };
}

export const deliveriesFolder = (stateFolder: string) =>
  path.join(stateFolder, 'webhook', 'deliveries');

export const deliveryRecords = (stateFolder: string) =>
  readdirSync(deliveriesFolder(stateFolder)).map(
    (name) =>
      JSON.parse(
        readFileSync(path.join(deliveriesFolder(stateFolder), name), 'utf8'),
      ) as DeliveryRecord,
  );
