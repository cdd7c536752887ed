import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { architectStep } from '../../src/activities/architect.ts';
import { datasetStep } from '../../src/activities/dataset.ts';
import type { ArchitectStep, DatasetStep, TrainStep } from '../../src/activities/step-types.ts';
import type { StepContext } from '../../src/activities/step.ts';
import type { LocalStepContext } from '../../src/activities/step-runner.ts';
import { trainStep } from '../../src/activities/train.ts';
import { MEDIA_TYPE, type ArtifactRef } from '../../src/artifacts/artifact.ts';
import type { WordEncoder } from '../../src/data/dataset.ts';
import { decodeFloat32 } from '../../src/data/tensor-bytes.ts';
import type { Json } from '../../src/json.ts';
import { loadClassifier } from '../../src/ml/classifier.ts';
import type { ModelManifest, TrainingHistory } from '../../src/ml/model.ts';
import { CounterRandom } from '../../src/ml/random.ts';
import { openModelRegistry } from '../../src/registry/model-registry.ts';
import { makeTestPlace, type TestPlace } from './step-context.ts';

const SPLIT = { train: 0.2, validation: 0.1, test: 0.7, stratify: true, seed: 1 };
const ADAM = { type: 'adam' } as const;

let place: TestPlace;
let input: TrainStep['with'];
let undisturbed: TrainStep['outputs'];

beforeAll(async () => {
  place = await makeTestPlace();
  const pixels = {
    type: 'image',
    columns: 'pixel_*',
    shape: [8, 8, 1],
    range: [0, 16],
    scale: 'none',
  } as const;
  const data: DatasetStep['with'] = {
    source: 'pipelines/data/digits.csv', format: 'csv', target: 'label',
    features: [{ ...pixels, shape: [...pixels.shape], range: [...pixels.range] }], split: SPLIT,
  }; // prettier-ignore
  const { dataset } = await datasetStep.run(data, place.context());
  const layers: ArchitectStep['with']['layers'] = [
    { type: 'conv2d', filters: 4 },
    { type: 'batchNormalization' },
    { type: 'maxPooling2d' },
    { type: 'flatten' },
    { type: 'dense', units: 16 },
    { type: 'dropout', rate: 0.25 },
  ];
  const { architecture } = await architectStep.run(
    { dataset, family: 'layers', layers, kernelSize: 3, dropout: 0, seed: 3 },
    place.context(),
  );
  input = {
    architecture, dataset, optimizer: { ...ADAM, learningRate: 0.01 }, epochs: 4, batchSize: 32, seed: 5,
    earlyStopping: { monitor: 'validationLoss', patience: 3, minDelta: 0, restoreBest: true },
    checkpoint: { every: '0s' },
  }; // prettier-ignore
  undisturbed = await trainStep.run(input, place.context({ scratch: scratchOf('undisturbed') }));
});
afterAll(() => place.remove());

const scratchOf = (name: string): string => path.join(place.folder, 'scratch', name);
const historyOf = (outputs: TrainStep['outputs']): Promise<TrainingHistory> =>
  place.store.getJson<TrainingHistory>(outputs.history);

/** Runs one attempt and aborts it after so many batches. */
async function abortAfter(batches: number, scratch: string, attempt: number): Promise<void> {
  const controller = new AbortController();
  let left = batches;
  const heartbeat = (): void => {
    left -= 1;
    if (left <= 0) controller.abort();
  };
  const context = place.context({ scratch, attempt, heartbeat, signal: controller.signal });
  await expect(trainStep.run(input, context)).rejects.toMatchObject({ code: 'CANCELLED' });
}

describe('train', () => {
  it('learns, and publishes a model that predicts what the metrics say', async () => {
    const { epochs } = await historyOf(undisturbed);
    expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
    expect(epochs.at(-1)?.loss).toBeLessThan((epochs[0]?.loss as number) / 2);
    const { classifier, manifest } = await loadClassifier(place.store, undisturbed.model);
    expect(manifest.type).toBe('network');
    const answer = await classifier.predict(new Float32Array(128), 2);
    classifier.dispose();
    expect([...answer.subarray(0, 10)].reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
  });

  it('gives the same bytes after being stopped at six random batches', async () => {
    const random = new CounterRandom({ seed: 11, stream: 'stops' });
    const scratch = scratchOf('stopped');
    let attempt = 1;
    for (; attempt <= 6; attempt += 1) await abortAfter(1 + random.integer(7), scratch, attempt);
    const resumed = await trainStep.run(input, place.context({ scratch, attempt }));
    expect(resumed.weights.sha256).toBe(undisturbed.weights.sha256);
    expect(resumed.metrics).toEqual(undisturbed.metrics);
    const { epochs } = await historyOf(resumed);
    expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
  });

  it('passes over a torn checkpoint and still gives the same bytes', async () => {
    const scratch = scratchOf('torn');
    await abortAfter(14, scratch, 1);
    const newest = (await readdir(scratch))
      .filter((name) => name.startsWith('checkpoint'))
      .sort()
      .at(-1);
    await writeFile(path.join(scratch, newest as string), 'torn');
    const resumed = await trainStep.run(input, place.context({ scratch, attempt: 2 }));
    expect(resumed.weights.sha256).toBe(undisturbed.weights.sha256);
    expect(place.logs).toContainEqual(expect.stringContaining('Passing over checkpoint 14'));
  });

  it('starts afresh where the checkpoint is of other settings', async () => {
    const scratch = scratchOf('mismatch');
    await abortAfter(5, scratch, 1);
    const other = { ...input, seed: 6, epochs: 1 };
    const resumed = await trainStep.run(other, place.context({ scratch, attempt: 2 }));
    const fresh = await trainStep.run(other, place.context({ scratch: scratchOf('fresh') }));
    expect(resumed.weights.sha256).toBe(fresh.weights.sha256);
    expect(place.logs).toContainEqual(expect.stringContaining('of another job'));
  });

  it('stops an attempt that a later one has superseded, before it writes anything', async () => {
    const scratch = scratchOf('zombie');
    let beats = 0;
    const heartbeat = (): void => {
      beats += 1;
      if (beats === 3) void writeFile(path.join(scratch, 'lease-2'), '');
    };
    const zombie = trainStep.run(input, place.context({ scratch, heartbeat }));
    await expect(zombie).rejects.toMatchObject({ code: 'ATTEMPT_SUPERSEDED' });
    expect(beats).toBeLessThan(10);
  });

  it('keeps the best epoch and stops when patience is over', async () => {
    // A step size at which the loss soon grows again.
    const wild = {
      ...input, epochs: 30, optimizer: { ...ADAM, learningRate: 0.2 },
      earlyStopping: { monitor: 'validationLoss', patience: 2, minDelta: 0, restoreBest: true },
    } as const; // prettier-ignore
    const outputs = await trainStep.run(wild, place.context({ scratch: scratchOf('early') }));
    const { epochs, bestEpoch } = await historyOf(outputs);
    const losses = epochs.map(({ validationLoss }) => validationLoss as number);
    expect(bestEpoch).toBe(losses.indexOf(Math.min(...losses)) + 1);
    expect(epochs).toHaveLength(bestEpoch + 2);
    expect(outputs.metrics.validationLoss).toBe(Math.min(...losses));
  });

  it('says that training diverged', async () => {
    const wild = { ...input, optimizer: { ...ADAM, type: 'sgd', learningRate: 1e30 } } as const;
    await expect(
      trainStep.run(wild, place.context({ scratch: scratchOf('diverged') })),
    ).rejects.toMatchObject({ code: 'TRAINING_DIVERGED' });
  });

  it('leaves no tensor behind, and beats with where it is', async () => {
    const tensors = tf.memory().numTensors;
    const beats: Json[] = [];
    const scratch = scratchOf('memory');
    await trainStep.run(
      { ...input, epochs: 1 },
      place.context({ scratch, heartbeat: (d) => beats.push(d ?? null) }),
    );
    expect(tf.memory().numTensors).toBe(tensors);
    expect(beats).toHaveLength(12);
    expect(beats[4]).toMatchObject({ epoch: 1, batch: 5, batches: 12, epochs: 1 });
    await rm(scratch, { recursive: true });
  });
});

describe('train from what is in production', () => {
  const warm = { name: 'digits', alias: 'production' };
  let state: string;
  let promotions = 0;
  beforeEach(async () => {
    promotions += 1;
    state = path.join(place.folder, `state-${promotions}`);
    place.logs.length = 0;
  });

  const contextOf = (name: string, changes: Partial<StepContext> = {}): StepContext => {
    const context: LocalStepContext = {
      ...place.context({ scratch: scratchOf(`${name}-${promotions}`), ...changes }),
      stateFolder: state,
    };
    return context;
  };
  const promote = (model: ArtifactRef, run: string) =>
    openModelRegistry(state).promote({
      name: 'digits', alias: 'production', model, step: 'promote', metrics: {}, auditStatus: null,
      run: { id: run, pipeline: 'p', planDigest: '', submittedBy: 'ann' }, reviewVerdict: null,
    }); // prettier-ignore
  const train = (context: StepContext, changes: Partial<TrainStep['with']> = {}) =>
    trainStep.run({ ...input, epochs: 2, warmStart: warm, ...changes }, context);
  const manifestOf = ({ model }: TrainStep['outputs']) =>
    place.store.getJson<Extract<ModelManifest, { type: 'network' }>>(model);

  it('begins with its weights, moving statistics included, and says so', async () => {
    await promote(undisturbed.model, 'r1');
    // A step too small to change any weight: what comes out is what training started from.
    const still = { optimizer: { ...ADAM, type: 'sgd', learningRate: 1e-30 }, epochs: 1 } as const;
    const outputs = await train(contextOf('still'), still);
    const [before, after] = await Promise.all(
      [undisturbed.weights, outputs.weights].map(async (ref) =>
        decodeFloat32(await place.store.get(ref)),
      ),
    );
    const kernel = 36;
    expect(after?.subarray(0, kernel)).toEqual(before?.subarray(0, kernel));
    expect(outputs.startedFrom).toBe(1);
    expect((await manifestOf(outputs)).trainedOn).toMatchObject({
      data: input.dataset,
      startedFrom: undisturbed.model,
    });
    const better = await train(contextOf('better'), { epochs: 1 });
    const fresh = await trainStep.run({ ...input, epochs: 1 }, contextOf('fresh'));
    expect(better.metrics.trainLoss).toBeLessThan(fresh.metrics.trainLoss / 2);
  });

  it('begins afresh where nothing is there or it does not fit, and logs why', async () => {
    const fresh = await trainStep.run({ ...input, epochs: 2 }, contextOf('fresh'));
    const reasonIn = () => place.logs.find((line) => line.includes('fresh weights')) ?? '';
    const isFresh = async (name: string, why: string) => {
      place.logs.length = 0;
      const outputs = await train(contextOf(name));
      expect(outputs.weights.sha256).toBe(fresh.weights.sha256);
      expect(outputs.startedFrom).toBeNull();
      expect(reasonIn()).toContain(why);
    };
    await isFresh('none', 'no digits is production yet');
    const manifest = await manifestOf(undisturbed);
    const put = (changed: ModelManifest) => place.store.putJson(changed, MEDIA_TYPE.model);
    const { input: contract, architecture } = manifest;
    const classes = [...contract.classes].reverse();
    await promote(await put({ ...manifest, input: { ...contract, classes } }), 'r1');
    await isFresh('classes', 'other classes');
    const featureNames = contract.featureNames.map((name) => `other_${name}`);
    await promote(await put({ ...manifest, input: { ...contract, featureNames } }), 'r2');
    await isFresh('columns', 'other columns');
    const text: WordEncoder = {
      ...{ type: 'text', tokenizer: 'word', column: 't', vocabulary: ['a'], length: 3 },
      ...{ lowercase: true, marks: false },
    };
    const encoders = [...contract.encoders, text];
    await promote(await put({ ...manifest, input: { ...contract, encoders } }), 'r2b');
    await isFresh('words', 'another vocabulary');
    const layers = architecture.layers.map((layer) =>
      layer.type === 'dropout' ? { ...layer, rate: 0.5 } : layer,
    );
    await promote(await put({ ...manifest, architecture: { ...architecture, layers } }), 'r3');
    await isFresh('architecture', 'another architecture');
    const fusion = { version: 1, type: 'fusion', input: contract, method: 'average' } as const;
    await promote(await put({ ...fusion, weights: [1], members: [undisturbed.model] }), 'r4');
    await isFresh('fusion', 'is a fusion');
  });

  it('takes an architecture that differs in its seed alone', async () => {
    const manifest = await manifestOf(undisturbed);
    const architecture = { ...manifest.architecture, seed: 99 };
    await promote(await place.store.putJson({ ...manifest, architecture }, MEDIA_TYPE.model), 'r1');
    expect((await train(contextOf('seed'), { epochs: 1 })).startedFrom).toBe(1);
  });

  it('gives the same bytes if another model is promoted between two attempts', async () => {
    await promote(undisturbed.model, 'r1');
    const whole = await train(contextOf('whole'));
    const controller = new AbortController();
    let beats = 0;
    const heartbeat = () => {
      beats += 1;
      if (beats === 7) controller.abort();
    };
    const first = contextOf('killed', { heartbeat, signal: controller.signal });
    await expect(train(first)).rejects.toMatchObject({ code: 'CANCELLED' });
    await promote(whole.model, 'r2');
    const resumed = await train(contextOf('killed', { attempt: 2 }));
    expect(place.logs).toContainEqual(expect.stringContaining('Going on in epoch'));
    expect(resumed.weights.sha256).toBe(whole.weights.sha256);
    expect(resumed.startedFrom).toBe(1);
    // A new run starts from the newer one, and ends elsewhere.
    const next = await train(contextOf('next'));
    expect(next.startedFrom).toBe(2);
    expect(next.weights.sha256).not.toBe(whole.weights.sha256);
  });

  it('does not go on from a checkpoint that began with other weights', async () => {
    await promote(undisturbed.model, 'r1');
    const controller = new AbortController();
    const heartbeat = () => controller.abort();
    const context = contextOf('mixed', { heartbeat, signal: controller.signal });
    await expect(train(context)).rejects.toMatchObject({ code: 'CANCELLED' });
    await promote((await train(contextOf('newer'))).model, 'r2');
    // Scratch may be lost in part: then the registry decides anew.
    await rm(path.join(context.scratch, 'warm-start.json'));
    const outputs = await train({ ...context, ...contextOf('mixed', { attempt: 2 }) });
    expect(place.logs).toContainEqual(expect.stringContaining('of another job'));
    expect(outputs.weights.sha256).toBe((await train(contextOf('again'))).weights.sha256);
    expect(outputs.startedFrom).toBe(2);
  });

  it('refuses a note of where it started that is damaged', async () => {
    const context = contextOf('damaged');
    await mkdir(context.scratch, { recursive: true });
    for (const text of ['torn', '[]', '{"reason":"r","start":{"version":1}}']) {
      await writeFile(path.join(context.scratch, 'warm-start.json'), text);
      await expect(train(context)).rejects.toMatchObject({ code: 'CHECKPOINT_MISMATCH' });
    }
  });
});

describe('train on a part that is larger than memory', () => {
  const tight = { memory: { limitMiB: 0.02 } };
  const train = (name: string, changes: object) =>
    trainStep.run({ ...input, ...changes }, place.context({ scratch: scratchOf(name) }));

  it('learns from rows on disk, and gives the same bytes again', async () => {
    const one = await train('disk', tight);
    const other = await train('disk-again', tight);
    expect(other.weights.sha256).toBe(one.weights.sha256);
    // Another order of the rows, and about as good.
    expect(one.weights.sha256).not.toBe(undisturbed.weights.sha256);
    expect(one.metrics.trainLoss).toBeLessThan(1.2 * undisturbed.metrics.trainLoss);
  });

  it('sees the same rows in whole-batch descent, whatever their order', async () => {
    const gd = { optimizer: { type: 'gd', learningRate: 0.5 }, batchSize: undefined, epochs: 3 };
    const plain = { ...gd, architecture: await withoutDraws() };
    const memory = await train('gd', plain);
    const disk = await train('gd-disk', { ...plain, ...tight });
    const weights = await Promise.all(
      [memory, disk].map(async (outputs) => decodeFloat32(await place.store.get(outputs.weights))),
    );
    const [one, two] = weights as [Float32Array, Float32Array];
    const largest = one.reduce((most, w, at) => Math.max(most, Math.abs(w - (two[at] ?? NaN))), 0);
    expect(largest).toBeLessThan(1e-5);
    expect(memory.weights.sha256).not.toBe(undisturbed.weights.sha256);
  });

  const withoutDraws = async (): Promise<ArtifactRef> => {
    const { architecture } = await architectStep.run(
      { dataset: input.dataset, family: 'layers', kernelSize: 3, dropout: 0, seed: 3,
        layers: [{ type: 'flatten' }, { type: 'dense', units: 16 }] },
      place.context(),
    ); // prettier-ignore
    return architecture;
  };
});

describe('train with settings that only the run shows', () => {
  it.each([
    ['batches of whole-batch descent', { optimizer: { type: 'gd' } }, 'batchSize says nothing'],
    ['accumulating it', { optimizer: { type: 'gd' }, batchSize: undefined, accumulate: 2 }, 'accumulate says nothing'],
    ['keeping the best twice', { keepBest: { monitor: 'validationLoss', minDelta: 0 } }, 'keepBest says nothing'],
    ['a weight of no class', { classWeights: { eleven: 2 } }, 'names "eleven"'],
    ['dropping tokens of pictures', { augment: { dropTokens: 0.1 } }, 'augment.dropTokens is for texts'],
  ] as const)('refuses %s', async (name, changes, message) => {
    const tensors = tf.memory().numTensors;
    const context = place.context({ scratch: scratchOf(`refused-${name}`) });
    const training = trainStep.run({ ...input, ...changes } as TrainStep['with'], context);
    await expect(training).rejects.toMatchObject({
      code: 'SPEC_INVALID',
      message: expect.stringContaining(message) as string,
    });
    expect(tf.memory().numTensors).toBe(tensors);
  }); // prettier-ignore
});
