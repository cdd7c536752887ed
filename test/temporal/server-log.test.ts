import { closeSync, mkdirSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { readdirSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { ensureLocalServer, freePort } from '../../src/temporal/local-server.ts';
import { openServerLog } from '../../src/temporal/server-log.ts';
import { temporaryFolder } from './harness.ts';

const MB = 2 ** 20;
let state: string;
let log: string;
beforeEach(() => {
  state = temporaryFolder();
  log = path.join(state, 'temporal', 'server.log');
});
afterEach(() => rmSync(state, { recursive: true, force: true }));

/** A log of this size that begins with a text. */
function place(text: string, bytes: number): void {
  mkdirSync(path.dirname(log), { recursive: true });
  writeFileSync(log, text);
  truncateSync(log, bytes);
}

function write(text: string): void {
  const file = openServerLog(state);
  writeSync(file, text);
  closeSync(file);
}

const start = (file: string) => readFileSync(file, 'latin1').slice(0, 5);

describe("the server's log", () => {
  it('is made, and appended to up to 20 MB', () => {
    write('one');
    write('two');
    expect(readFileSync(log, 'utf8')).toBe('onetwo');
    place('first', 20 * MB);
    write('more');
    expect(statSync(log).size).toBe(20 * MB + 4);
    expect(readdirSync(path.dirname(log))).toEqual(['server.log']);
  });

  it('begins anew above that, with one old one kept', () => {
    for (const text of ['first', 'other']) {
      place(text, 20 * MB + 1);
      write('fresh');
      expect([start(log), start(`${log}.1`)]).toEqual(['fresh', text]);
      expect(statSync(`${log}.1`).size).toBe(20 * MB + 1);
    }
    expect(readdirSync(path.dirname(log)).sort()).toEqual(['server.log', 'server.log.1']);
  });

  it('is the one that a server which starts writes to', async () => {
    place('first', 20 * MB + 1);
    const server = await ensureLocalServer(state, { port: await freePort() });
    await server.stop();
    expect(start(`${log}.1`)).toBe('first');
    expect(statSync(log).size).toBeLessThan(MB);
  }, 60_000);
});
