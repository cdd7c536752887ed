/** A real server of a real model, with the process that computes it. */
import path from 'node:path';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AccessLine } from '../../src/serve/create-server.ts';
import {
  startServer,
  type RunningServer,
  type StartOptions,
} from '../../src/serve/start-server.ts';
import { ROOT } from '../activities/step-context.ts';
import type { ModelProject } from '../predict/model-project.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly json: unknown;
}

export interface Predicted {
  readonly model: { readonly version: number; readonly digest: string };
  readonly predictions: readonly {
    readonly class: string;
    readonly confidence: number;
    readonly probabilities: Readonly<Record<string, number>>;
  }[];
  readonly ignored: readonly string[];
}

export class ServerRig {
  readonly notes: string[] = [];
  readonly lines: AccessLine[] = [];
  readonly project: ModelProject;
  running!: RunningServer;

  constructor(project: ModelProject) {
    this.project = project;
  }

  async start(given: Partial<StartOptions> = {}): Promise<this> {
    this.running = await startServer({
      stateFolder: this.project.stateFolder,
      computeEntry: path.join(ROOT, 'dist', 'activities', 'compute-child.js'),
      ...{ host: '127.0.0.1', port: 0, token: null, name: 'digits', alias: 'production' },
      maxRows: 1024,
      batching: { maxRows: 1024, waitMs: 2, maxQueuedRows: 8192 },
      lookEveryMs: 20,
      access: (line) => void this.lines.push(line),
      note: (text) => void this.notes.push(text),
      ...given,
    });
    return this;
  }

  async ask(method: string, at: string, init: RequestInit = {}): Promise<Answer> {
    const response = await fetch(this.running.url + at, { method, ...init });
    const text = await response.text();
    const json: unknown = text === '' ? null : JSON.parse(text);
    return { status: response.status, headers: response.headers, json };
  }

  post(body: string, headers: Record<string, string> = {}): Promise<Answer> {
    const all = { 'content-type': 'application/json', ...headers };
    return this.ask('POST', '/predict', { body, headers: all });
  }

  async predict(rows: readonly unknown[]): Promise<Predicted> {
    const { status, json } = await this.post(JSON.stringify({ rows }));
    if (status !== 200) throw new Error(`${status}: ${JSON.stringify(json)}`);
    return json as Predicted;
  }

  health = async () =>
    (await this.ask('GET', '/healthz')).json as Record<string, number> & { problem: unknown };

  async until(holds: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 20_000;
    while (!(await holds())) {
      if (Date.now() > deadline)
        throw new Error(`not within 20 s; notes: ${this.notes.join('; ')}`);
      await sleep(5);
    }
  }

  /** Bytes as they are, for what no client sends. @returns what comes back before it is closed. */
  raw(bytes: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(Number(new URL(this.running.url).port), '127.0.0.1');
      let text = '';
      socket.setEncoding('utf8').on('data', (data: string) => (text += data));
      socket.once('close', () => resolve(text)).once('error', reject);
      socket.write(bytes);
    });
  }
}
