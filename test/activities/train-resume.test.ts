/** Training that is stopped in mid-epoch and goes on in another process. */
import { architectStep } from '../../src/activities/architect.ts';
import { datasetStep } from '../../src/activities/dataset.ts';
import type { ArtifactRef } from '../../src/artifacts/artifact.ts';
import type { TrainStep } from '../../src/activities/step-types.ts';
import { trainStep } from '../../src/activities/train.ts';
import type { JsonObject } from '../../src/json.ts';
import { decodeWith } from '../../src/spec/step-schemas.ts';
import { makeTestPlace, type TestPlace } from './step-context.ts';
import { makeTrainProcesses, type TrainInput, type TrainProcesses } from './train-processes.ts';

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
  { writer: { cell: 'transformer', embedding: 8, heads: 2, blocks: 1, positions: 'learned', dropout: 0.1 } },
  { writer: { cell: 'lstm', embedding: 6, units: [8] }, augment: { dropTokens: 0.1 } },
]; // prettier-ignore
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
let processes: TrainProcesses;
let inputs: readonly TrainInput[];

beforeAll(async () => {
  place = await makeTestPlace();
  processes = await makeTrainProcesses(place);
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
  const pairs = await readPairs();
  const trainings = await Promise.all(
    CASES.map(async ({ writer, ...changes }) => ({
      kind: 'train',
      input: {
        ...common,
        ...changes,
        ...(writer !== undefined && (await drawWriter(pairs, writer))),
      },
    })),
  );
  inputs = [
    ...trainings,
    ...TRANSFERS.map((changes) => ({ kind: 'transfer', input: { base, dataset, ...shared, ...changes } })),
    ...MULTI_TASKS.map((changes) => ({ kind: 'multi-task', input: { architecture, tasks, ...shared, ...changes } })),
  ]; // prettier-ignore
});
afterAll(async () => {
  await place.remove();
  await processes.remove();
});

/** 270 pairs to train on, as many as there are pictures. */
async function readPairs(): Promise<ArtifactRef> {
  const text = { type: 'text', tokenizer: 'character' };
  const { dataset } = await datasetStep.run(
    decodeWith('dataset', {
      source: 'pipelines/data/dates.tsv',
      format: 'parallel-text',
      target: { ...text, column: 'target', length: 12 },
      features: [{ ...text, columns: 'source', length: 36 }],
      split: { train: 0.0225, validation: 0.005, test: 0.9725 },
    }),
    place.context(),
  );
  return dataset;
}

async function drawWriter(dataset: ArtifactRef, writer: unknown) {
  const { architecture } = await architectStep.run(
    decodeWith('architect', { dataset, family: 'encoder-decoder', ...(writer as JsonObject) }),
    place.context(),
  );
  return { dataset, architecture };
}

it('ends with the same bits in a fresh process, whatever the step, the optimizer and the options', async () => {
  const { trainAll } = processes;
  const undisturbed = await trainAll(inputs, { scratch: 'whole', attempt: 1, passes: 0 });
  const stopped = await trainAll(inputs, { scratch: 'stopped', attempt: 1, passes: STOP_AFTER });
  const resumed = await trainAll(inputs, { scratch: 'stopped', attempt: 2, passes: 0 });
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
    const { trainAll } = processes;
    const whole = await trainAll([often], { scratch: `${kind}-whole`, attempt: 1, passes: 0 });
    const scratch = `${kind}-killed`;
    await expect(
      trainAll([often], { scratch, attempt: 1, passes, kills: true }),
    ).rejects.toMatchObject({ signal: 'SIGKILL' });
    expect(await trainAll([often], { scratch, attempt: 2, passes: 0 })).toEqual(whole);
  },
  60_000,
);
