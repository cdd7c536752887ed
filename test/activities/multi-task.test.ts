import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { auditStep } from '../../src/activities/audit.ts';
import { multiTaskStep } from '../../src/activities/multi-task.ts';
import { predictStep } from '../../src/activities/predict.ts';
import type { AuditStep, MultiTaskStep } from '../../src/activities/step-types.ts';
import { openTasks } from '../../src/activities/tasks/open-tasks.ts';
import { trainAlone } from '../../src/activities/tasks/train-alone.ts';
import { MEDIA_TYPE, type ArtifactRef } from '../../src/artifacts/artifact.ts';
import { decodeFloat32 } from '../../src/data/tensor-bytes.ts';
import type { PartName } from '../../src/data/dataset.ts';
import { loadBackend } from '../../src/ml/backend.ts';
import type { ModelManifest, TrainingHistory } from '../../src/ml/model.ts';
import { buildNetwork } from '../../src/ml/network.ts';
import { decodeWith } from '../../src/spec/step-schemas.ts';
import {
  leavingNoTensors,
  noisyRows,
  storeDataset,
  storeModel,
  testContext,
} from './small-problem.ts';

const inputShape = [3];
const CLASSES = { sign: ['no', 'yes'], third: ['a', 'b', 'c'] };
let folder: string;
let store: ReturnType<typeof testContext>['store'];
let datasets: { sign: ArtifactRef; third: ArtifactRef };
let architecture: ArtifactRef;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'modelwright-tasks-'));
  ({ store } = testContext());
  const part = (count: number, seed: number, of: (row: readonly number[]) => number) => {
    const { x } = noisyRows(count, 3, seed);
    return { x, y: x.map(of) };
  };
  const sign = ([a]: readonly number[]) => Number(a! > 0);
  const third = ([a, b]: readonly number[]) => (a! > 0.3 ? 0 : b! > 0 ? 1 : 2);
  const partsOf = (count: number, of: typeof sign) => ({
    train: part(count, 1, of), validation: part(20, 2, of), test: part(40, 3, of),
  }); // prettier-ignore
  datasets = {
    sign: await storeDataset(store, { inputShape, classes: CLASSES.sign, ...partsOf(50, sign) }),
    third: await storeDataset(store, { inputShape, classes: CLASSES.third, ...partsOf(30, third) }),
  };
  const layers = [
    { type: 'dense', units: 6, activation: 'tanh', name: 'shared' },
    { type: 'dense', units: 2, activation: 'softmax' },
  ];
  architecture = await store.putJson(
    { version: 1, inputShape, classes: 2, layers, seed: 1 },
    MEDIA_TYPE.architecture,
  );
});
afterAll(() => rm(folder, { recursive: true }));

let runs = 0;
function contextOf(changes: object = {}) {
  runs += 1;
  return { ...testContext(), store, scratch: path.join(folder, `run-${runs}`), ...changes };
}
const tasksOf = (changes: { sign?: object; third?: object } = {}) => ({
  sign: { dataset: datasets.sign, ...changes.sign },
  third: { dataset: datasets.third, ...changes.third },
});
const inputOf = (changes: object = {}): MultiTaskStep['with'] =>
  decodeWith('multi-task', {
    architecture, tasks: tasksOf(), batchSize: 16, seed: 3, epochs: 3, ...changes,
  }); // prettier-ignore
const run = (changes: object = {}, context = contextOf()) =>
  multiTaskStep.run(inputOf(changes), context);

async function networkOf(ref: ArtifactRef) {
  const manifest = await store.getJson<ModelManifest>(ref);
  if (manifest.type !== 'network') throw new Error('it is no network');
  return { ...manifest, values: decodeFloat32(await store.get(manifest.weights)) };
}
async function accuracyOf(model: ArtifactRef, dataset: ArtifactRef, part: PartName) {
  const outputs = await predictStep.run({ model, dataset, part }, contextOf());
  return 'accuracy' in outputs ? (outputs.accuracy ?? NaN) : NaN;
}
/** The kernel of 3 by 6 and its bias. */
const SHARED = 24;
const sharedOf = async (ref: ArtifactRef) => (await networkOf(ref)).values.subarray(0, SHARED);

describe('multi-task', () => {
  it('makes a model of each task, on the same shared layers, as good for every step as any', async () => {
    const context = contextOf();
    const outputs = await leavingNoTensors(() =>
      run({ epochs: 25, optimizer: { type: 'adam', learningRate: 0.03 } }, context),
    );
    expect(Object.keys(outputs.models)).toEqual(['sign', 'third']);
    const { sign, third } = outputs.models as { sign: ArtifactRef; third: ArtifactRef };
    expect(await sharedOf(sign)).toEqual(await sharedOf(third));
    for (const [task, model, dataset] of [['sign', sign, datasets.sign], ['third', third, datasets.third]] as const) {
      const { input, trainedOn } = await networkOf(model);
      expect(input.classes).toEqual(CLASSES[task]);
      expect(trainedOn?.data).toEqual(dataset);
      expect(await accuracyOf(model, dataset, 'train')).toBeGreaterThan(0.85);
      const audit = decodeWith<AuditStep['with']>('audit', { model, dataset });
      expect((await auditStep.run(audit, context)).accuracy.value).toBeGreaterThan(0.6);
    }
    const validation = await accuracyOf(third, datasets.third, 'validation');
    expect(outputs.metrics['third']!.validationAccuracy).toBeCloseTo(validation, 6);
    expect(outputs.balance).toEqual({ sign: 1, third: 1 });
  }); // prettier-ignore

  it('moves the shared layers by the weighted sum of what each task alone would', async () => {
    const whole = { optimizer: { type: 'gd', learningRate: 0.1 }, batchSize: undefined, epochs: 1 };
    const tasks = tasksOf({ sign: { weight: 0.5 }, third: { weight: 2 } });
    const { models } = await run({ ...whole, tasks });
    const backend = await loadBackend();
    const alone = async (name: string) => {
      const input = inputOf(whole);
      const context = contextOf();
      return trainAlone({ input, opened: await openTasks(input, context), context, backend }, name);
    };
    const [sign, third] = [
      await networkOf(await alone('sign')),
      await networkOf(await alone('third')),
    ];
    const fresh = buildNetwork(sign.architecture);
    const before = fresh.weights();
    fresh.dispose();
    const together = await sharedOf(models['sign']!);
    for (let at = 0; at < SHARED; at += 1) {
      const step = 0.5 * (sign.values[at]! - before[at]!) + 2 * (third.values[at]! - before[at]!);
      expect(together[at]! - before[at]!).toBeCloseTo(step, 5);
    }
    expect(Math.max(...together.map((value, at) => Math.abs(value - before[at]!)))).toBeGreaterThan(
      0.01,
    );
  });

  it('gives each task a loss and a head of its own', async () => {
    const tasks = tasksOf({
      sign: { head: { hidden: [4] } },
      third: { loss: [{ type: 'focal' }], classWeights: 'balanced', labelSmoothing: 0.1 },
    });
    const { models, weights } = await run({ tasks });
    expect((await networkOf(models['sign']!)).architecture.layers).toHaveLength(3);
    expect((await networkOf(models['third']!)).architecture.layers).toHaveLength(2);
    const other = tasksOf({ sign: { head: { hidden: [4] } } });
    expect((await run({ tasks: other })).weights).not.toEqual(weights);
  });

  it('balances the tasks by how their losses fall, and records it', async () => {
    const { history, balance } = await run({ epochs: 5, balance: { type: 'dynamic' } });
    const { epochs } = await store.getJson<TrainingHistory>(history);
    const lossOf = (epoch: number, name: string) => epochs[epoch]!.tasks![name]!.loss;
    const names = ['sign', 'third'];
    const raised = names.map((name) => Math.exp(lossOf(3, name) / lossOf(2, name) / 2));
    names.forEach((name, at) => {
      const expected = (2 * raised[at]!) / (raised[0]! + raised[1]!);
      expect(epochs[4]!.tasks![name]!.weight).toBeCloseTo(expected, 9);
      expect(balance[name]).toBe(epochs[4]!.tasks![name]!.weight);
    });
    expect(balance['sign']).not.toBe(balance['third']);
  });

  it('ends with the same bits after being stopped in mid-epoch', async () => {
    const changes = { epochs: 4, balance: { type: 'dynamic' }, checkpoint: { every: '1h' } };
    const undisturbed = await run(changes);
    const scratch = path.join(folder, 'stopped');
    let attempt = 1;
    // Passes of an epoch: 5.
    for (const passes of [3, 4, 6, 2]) {
      const controller = new AbortController();
      let left = passes;
      const heartbeat = () => {
        left -= 1;
        if (left === 0) controller.abort();
      };
      const context = contextOf({ scratch, attempt, heartbeat, signal: controller.signal });
      await expect(run(changes, context)).rejects.toMatchObject({ code: 'CANCELLED' });
      attempt += 1;
    }
    const resumed = await run(changes, contextOf({ scratch, attempt }));
    expect(resumed.weights).toEqual(undisturbed.weights);
    expect(resumed.models).toEqual(undisturbed.models);
  });

  it('does not depend on the order in which the tasks are written', async () => {
    const { sign, third } = tasksOf();
    const [one, other] = [
      await run({ tasks: { sign, third } }),
      await run({ tasks: { third, sign } }),
    ];
    expect(one.models).toEqual(other.models);
  });

  it('starts from the weights of a base, and remembers it', async () => {
    const hidden = [
      { type: 'dense' as const, units: 6, activation: 'tanh' as const, name: 'shared' },
    ];
    const base = await storeModel(store, { inputShape, hidden, seed: 4 });
    const slow = { optimizer: { type: 'gd', learningRate: 1e-9 }, batchSize: undefined, epochs: 1 };
    const { models } = await run({ ...slow, architecture: undefined, base });
    const before = await sharedOf(base);
    (await sharedOf(models['sign']!)).forEach((value, at) =>
      expect(value).toBeCloseTo(before[at]!, 6),
    );
    expect((await networkOf(models['third']!)).trainedOn?.startedFrom).toEqual(base);
  });

  it('says what learning together gains over each task alone, by pairs', async () => {
    const outputs = await leavingNoTensors(() => run({ compareWithSingle: { seeds: 2 } }));
    for (const name of ['sign', 'third'] as const) {
      const { together, alone, difference } = outputs.gains![name]!;
      const model = outputs.models[name]!;
      expect(together[0]).toBe(await accuracyOf(model, datasets[name], 'test'));
      const [a, b] = together.map((accuracy, at) => accuracy - alone[at]!) as [number, number];
      expect(difference.value).toBeCloseTo((a + b) / 2, 12);
      expect(difference.low).toBeLessThanOrEqual(difference.value);
    }
  });

  it('refuses tasks that read other rows, and a start that is not one', async () => {
    const train = noisyRows(20, 2, 1);
    const narrow = await storeDataset(store, { inputShape: [2], train, validation: train });
    const tasks = { ...tasksOf(), narrow: { dataset: narrow } };
    await expect(run({ tasks })).rejects.toMatchObject({ code: 'SHAPE_MISMATCH' });
    await expect(run({ architecture: undefined })).rejects.toMatchObject({ code: 'SPEC_INVALID' });
    const classWeights = { z: 2 };
    await expect(run({ tasks: tasksOf({ sign: { classWeights } }) })).rejects.toMatchObject({
      code: 'SPEC_INVALID',
    });
  });
});
