/**
 * Kills workers and compute processes in the middle of training. The short form runs in the
 * suite; `npm run torture -- --kills 50` sets the numbers below.
 */
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { openFolderStore } from '../../src/artifacts/folder-store.ts';
import { artifactsFolder } from '../../src/artifacts/state-folder.ts';
import type { ArtifactRef } from '../../src/artifacts/artifact.ts';
import type { TrainingHistory } from '../../src/ml/model.ts';
import type { RunStatus } from '../../src/workflows/run-state.ts';
import { computeProcesses, killNow, Rig } from './rig.ts';

const KILLS = Number(process.env['MODELWRIGHT_KILLS'] ?? 6);
const SEED = Number(process.env['MODELWRIGHT_SEED'] ?? Date.now() % 1_000_000);
const EPOCHS = 12;
const TARGETS = ['worker', 'compute', 'worker', 'compute', 'server', 'frozen worker'] as const;

const PIPELINE = `
name: crash
defaults: { timeout: 10m, heartbeat: 2s, retry: { attempts: 1000, backoff: 100ms, maxInterval: 500ms } }
steps:
  data:
    uses: dataset
    with:
      source: pipelines/data/digits.csv
      target: label
      features: [{ type: image, columns: pixel_*, shape: [8, 8, 1], range: [0, 16] }]
      split: { seed: 5 }
  net:
    uses: architect
    with: { dataset: '\${{ steps.data.outputs.dataset }}', family: cnn, filters: [16, 32], dense: [64], dropout: 0.25, seed: 5 }
  train:
    uses: train
    with:
      architecture: \${{ steps.net.outputs.architecture }}
      dataset: \${{ steps.data.outputs.dataset }}
      epochs: ${EPOCHS}
      seed: 5
      checkpoint: { every: 200ms }
outputs:
  weights: \${{ steps.train.outputs.weights }}
`;

/** Mulberry32: which process dies when, repeatable from the printed seed. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

let rig: Rig;
let worker: ChildProcess;
let expected: string;

beforeAll(async () => {
  rig = await Rig.create();
  rig.write('crash.yaml', PIPELINE);
  worker = await rig.up();
  const undisturbed = await rig.json<RunStatus>('run', 'crash.yaml', '--wait');
  expected = weightsOf(undisturbed);
}, 120_000);
afterAll(() => rig.dispose());

const weightsOf = ({ outputs }: RunStatus): string =>
  (outputs?.['weights'] as unknown as ArtifactRef).sha256;

async function isTraining(id: string): Promise<boolean> {
  const status = await rig.json<RunStatus>('status', id);
  return status.steps.some(({ id: step, state }) => step === 'train' && state === 'running');
}

/** @returns a late ending, for a process that is frozen now and thaws when others have gone on. */
async function strike(target: (typeof TARGETS)[number]): Promise<(() => Promise<void>) | null> {
  if (target === 'compute') {
    for (const pid of computeProcesses(worker.pid ?? 0)) process.kill(pid, 'SIGKILL');
    return null;
  }
  if (target === 'server') {
    process.kill(rig.serverPid() ?? 0, 'SIGKILL');
    // The worker belongs to the server's command; both come back together.
    await killNow(worker);
    worker = await rig.up();
    return null;
  }
  const struck = worker;
  if (target === 'worker') {
    await killNow(struck);
    worker = await rig.up();
    return null;
  }
  struck.kill('SIGSTOP');
  worker = await rig.up();
  return async () => {
    struck.kill('SIGCONT');
    await sleep(500);
    await killNow(struck);
  };
}

describe(`training killed ${KILLS} times, seed ${SEED}`, () => {
  it(
    'ends with the weights of an undisturbed run, each epoch recorded once',
    async () => {
      const random = generator(SEED);
      let kills = 0;
      for (let run = 0; kills < KILLS; run++) {
        const id = `crash-${run}`;
        // A kept result would leave nothing to kill.
        await rig.cli('cache', 'clear');
        await rig.cli('run', 'crash.yaml', '--id', id);
        const thaws: (() => Promise<void>)[] = [];
        while (
          kills < KILLS &&
          (await rig.json<{ state: string }>('status', id)).state === 'running'
        ) {
          await sleep(200 + 1_200 * random());
          if (!(await isTraining(id))) continue;
          const target = TARGETS[kills % TARGETS.length] ?? 'worker';
          process.stderr.write(`kill ${kills + 1}/${KILLS}: ${target} in ${id}\n`);
          const thaw = await strike(target);
          if (thaw) thaws.push(thaw);
          kills += 1;
        }
        for (const thaw of thaws) await thaw();
        await check(id);
      }
    },
    120_000 + KILLS * 30_000,
  );
});

async function check(id: string): Promise<void> {
  let status = await rig.json<RunStatus>('status', id);
  await rig.until(
    `${id} ends`,
    async () => (status = await rig.json<RunStatus>('status', id)).finishedAtMs !== null,
    120_000,
  );
  expect(status.error).toBeNull();
  expect(status.state).toBe('succeeded');
  expect(weightsOf(status)).toBe(expected);
  const store = await openFolderStore(artifactsFolder(rig.stateFolder));
  const train = status.steps.find((step) => step.id === 'train');
  const history = await store.getJson<TrainingHistory>(
    train?.outputs?.['history'] as unknown as ArtifactRef,
  );
  expect(history.epochs.map(({ epoch }) => epoch)).toEqual(
    Array.from({ length: EPOCHS }, (_, index) => index + 1),
  );
}
