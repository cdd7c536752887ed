/** Training that is stopped in mid-epoch and goes on in another process. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { architectStep } from '../../src/activities/architect.ts';
import { datasetStep } from '../../src/activities/dataset.ts';
import type { TrainStep } from '../../src/activities/step-types.ts';
import { trainStep } from '../../src/activities/train.ts';
import { decodeWith } from '../../src/spec/step-schemas.ts';
import { transpileSource } from '../compute/transpiled-source.ts';
import { makeTestPlace, type TestPlace } from './step-context.ts';

const CASES: readonly Readonly<Record<string, unknown>>[] = [
  { optimizer: { type: 'adam', amsgrad: true } },
  { optimizer: { type: 'adamw' } },
  { optimizer: { type: 'adamax' } },
  { optimizer: { type: 'adagrad' } },
  { optimizer: { type: 'adadelta', learningRate: 1 } },
  { optimizer: { type: 'rmsprop', momentum: 0.5, centered: true } },
  { optimizer: { type: 'gd' }, epochs: 6 },
  { optimizer: { type: 'batch-gd' } },
  { optimizer: { type: 'sgd' }, epochs: 1 },
  { optimizer: { type: 'momentum' } },
  { optimizer: { type: 'nesterov' } },
  { schedule: { type: 'cosine', over: 1, restarts: {} }, warmup: { epochs: 0.5 } },
  { accumulate: 3, batchSize: 30, clip: { by: 'norm', limit: 0.5 }, regularization: { l1: 0.001 } },
  { loss: [{ type: 'focal', weight: 2 }, { type: 'mean-squared-error' }], labelSmoothing: 0.1 },
  { classWeights: 'balanced', keepBest: { monitor: 'validationF1' } },
  { augment: { shift: 0.1, rotate: 10, noise: 0.05, cutout: 0.2 } },
  // 270 rows of 256 bytes: windows of about 80.
  { memory: { limitMiB: 0.04 } },
  { schedule: { type: 'plateau', patience: 1, minDelta: 9 }, epochs: 3 },
];
/** Of `transfer` and `multi-task`, which have keys of their own. */
const TRANSFERS: readonly Readonly<Record<string, unknown>>[] = [
  { head: { hidden: [6], dropout: 0.2 }, discriminativeRates: { factor: 0.5 }, freeze: 'none', epochs: 2 },
  { stages: [{ epochs: 1, unfreeze: ['dense_1'] }, { epochs: 1, unfreeze: ['*'], learningRate: 0.01 }] },
]; // prettier-ignore
const MULTI_TASKS: readonly Readonly<Record<string, unknown>>[] = [
  { balance: { type: 'dynamic' }, epochs: 4 },
  { accumulate: 2, earlyStopping: { patience: 9 }, memory: { limitMiB: 0.04 }, epochs: 2 },
];
/** Passes before it is stopped: in the middle of an epoch of nine. */
const STOP_AFTER = 5;

let place: TestPlace;
let source: string;
let inputs: readonly { readonly kind: string; readonly input: object }[];

beforeAll(async () => {
  place = await makeTestPlace();
  source = await transpileSource();
  const { dataset } = await datasetStep.run(
    decodeWith('dataset', {
      source: 'pipelines/data/digits.csv', target: 'label',
      features: [{ type: 'image', columns: 'pixel_*', shape: [8, 8, 1], range: [0, 16] }],
      split: { train: 0.15, validation: 0.05, test: 0.8 },
    }), // prettier-ignore
    place.context(),
  );
  const { architecture } = await architectStep.run(
    decodeWith('architect', {
      dataset, family: 'layers', seed: 3,
      layers: [
        { type: 'conv2d', filters: 3 }, { type: 'batchNormalization' }, { type: 'flatten' },
        { type: 'dense', units: 8 }, { type: 'dropout', rate: 0.25 },
      ],
    }), // prettier-ignore
    place.context(),
  );
  const shared = { seed: 5, checkpoint: { every: '1h' } };
  const common = { architecture, dataset, epochs: 2, ...shared };
  const train = decodeWith<TrainStep['with']>('train', { ...common, epochs: 1 });
  const { model: base } = await trainStep.run(train, place.context());
  // The same rows by other labels: whether the digit is below five.
  const { dataset: halves } = await datasetStep.run(
    decodeWith('dataset', {
      source: 'pipelines/data/digits.csv', target: 'low',
      query: 'SELECT * EXCLUDE (label), label < 5 AS low FROM data',
      features: [{ type: 'image', columns: 'pixel_*', shape: [8, 8, 1], range: [0, 16] }],
      split: { train: 0.1, validation: 0.05, test: 0.85 },
    }), // prettier-ignore
    place.context(),
  );
  const tasks = {
    digit: { dataset },
    low: { dataset: halves, head: { hidden: [4], dropout: 0.2 } },
  };
  inputs = [
    ...CASES.map((changes) => ({ kind: 'train', input: { ...common, ...changes } })),
    ...TRANSFERS.map((changes) => ({ kind: 'transfer', input: { base, dataset, ...shared, ...changes } })),
    ...MULTI_TASKS.map((changes) => ({ kind: 'multi-task', input: { architecture, tasks, ...shared, ...changes } })),
  ]; // prettier-ignore
});
afterAll(async () => {
  await place.remove();
  await rm(source, { recursive: true });
});

interface Attempt {
  readonly scratch: string;
  readonly attempt: number;
  /** 0: to the end. */
  readonly passes: number;
  /** Dies at once, instead of being told to stop. */
  readonly kills?: boolean;
}

/** In one fresh process. @returns the weights' digests; `null` where it was stopped. */
async function trainAll(
  { scratch, attempt, passes, kills = false }: Attempt,
  given = inputs,
): Promise<(string | null)[]> {
  const job = path.join(await mkdtemp(path.join(tmpdir(), 'modelwright-job-')), 'job.json');
  const cases = given.map(({ kind, input }, index) => ({
    kind, input, attempt, passes, kills, scratch: path.join(place.folder, `${scratch}-${index}`),
  })); // prettier-ignore
  await writeFile(job, JSON.stringify({ store: path.join(place.folder, 'store'), cases }));
  const child = path.join(import.meta.dirname, 'train-child.mjs');
  const env = { ...process.env, SOURCE: source, JOB: job };
  const { stdout } = await promisify(execFile)(process.execPath, [child], { env });
  return JSON.parse(stdout) as (string | null)[];
}

it('ends with the same bits in a fresh process, whatever the step, the optimizer and the options', async () => {
  const undisturbed = await trainAll({ scratch: 'whole', attempt: 1, passes: 0 });
  const stopped = await trainAll({ scratch: 'stopped', attempt: 1, passes: STOP_AFTER });
  const resumed = await trainAll({ scratch: 'stopped', attempt: 2, passes: 0 });
  expect(stopped.every((digest) => digest === null)).toBe(true);
  expect(new Set(undisturbed).size).toBe(inputs.length);
  expect(resumed.map((digest, index) => [inputs[index], digest])).toEqual(
    undisturbed.map((digest, index) => [inputs[index], digest]),
  );
}, 180_000);

it.each([
  ['transfer', 11],
  ['multi-task', 20],
])(
  '%s goes on with the same bits after it was killed in mid-epoch',
  async (kind, passes) => {
    const [found] = inputs.filter((one) => one.kind === kind).slice(-1);
    const { input } = found!;
    const often = { kind, input: { ...input, checkpoint: { every: '0s' } } };
    const whole = await trainAll({ scratch: `${kind}-whole`, attempt: 1, passes: 0 }, [often]);
    const scratch = `${kind}-killed`;
    await expect(
      trainAll({ scratch, attempt: 1, passes, kills: true }, [often]),
    ).rejects.toMatchObject({ signal: 'SIGKILL' });
    expect(await trainAll({ scratch, attempt: 2, passes: 0 }, [often])).toEqual(whole);
  },
  60_000,
);
