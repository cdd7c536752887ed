/** Kills everything while a review waits; the run goes on, and each decision counts once. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { RunStatus } from '../../src/workflows/run-state.ts';
import { killNow, Rig } from './rig.ts';

const DIGITS = fileURLToPath(new URL('../../pipelines/digits.yaml', import.meta.url));
let rig: Rig;

beforeAll(async () => {
  rig = await Rig.create();
});
afterAll(() => rig.dispose());

describe('a run that waits for a person', () => {
  it('survives SIGKILL of the server and of everything, and counts each decision once', async () => {
    rig.write('digits.yaml', readFileSync(DIGITS, 'utf8'));
    const up = await rig.up();
    const id = 'waits';
    const waited = await rig.cli(
      'run',
      'digits.yaml',
      '--id',
      id,
      '--wait',
      '--param',
      'epochs=12',
    );
    expect(waited.code).toBe(4);
    const open = await rig.json<{ item: string }[]>('review', 'list');
    expect(open.length).toBeGreaterThan(1);
    const [first, ...others] = open.map(({ item }) => item);
    const decideFirst = () =>
      rig.cli('review', 'decide', first ?? '', '--verdict', 'approve', '--decision-id', 'once');
    expect((await decideFirst()).code).toBe(0);

    // The server alone: `up` starts it again beneath the living worker.
    const before = rig.serverPid() ?? 0;
    process.kill(before, 'SIGKILL');
    await rig.until('the server is back', async () => {
      const now = rig.serverPid();
      return now !== null && now !== before && (await rig.cli('review', 'list')).code === 0;
    });
    expect(await rig.json<unknown[]>('review', 'list')).toHaveLength(others.length);
    // Everything at once.
    const server = rig.serverPid() ?? 0;
    up.kill('SIGKILL');
    process.kill(server, 'SIGKILL');
    await killNow(up);
    await rig.up();

    const still = await rig.json<{ item: string }[]>('review', 'list');
    expect(still.map(({ item }) => item).sort()).toEqual([...others].sort());
    for (const item of others) {
      const decided = await rig.cli('review', 'decide', item, '--verdict', 'approve');
      expect(decided).toMatchObject({ code: 0 });
    }
    let status = await rig.json<RunStatus>('status', id);
    await rig.until('the run ends', async () => {
      status = await rig.json<RunStatus>('status', id);
      return status.finishedAtMs !== null;
    });
    expect(status.state).toBe('succeeded');
    const [gate] = status.gates;
    expect(gate?.subjects.every(({ decisions }) => decisions.length === 1)).toBe(true);
    expect(status.steps.at(-1)?.outputs).toMatchObject({ name: 'digits', version: 1 });
    const models = await rig.json<{ versions: unknown[] }[]>('models');
    expect(models[0]?.versions).toHaveLength(1);
  }, 240_000);
});
