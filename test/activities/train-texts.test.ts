/** Networks that write a text, from pairs to a trained model. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { architectStep } from '../../src/activities/architect.ts';
import { datasetStep } from '../../src/activities/dataset.ts';
import type { ArchitectStep, DatasetStep, TrainStep } from '../../src/activities/step-types.ts';
import { trainStep } from '../../src/activities/train.ts';
import { transferStep } from '../../src/activities/transfer.ts';
import type { ArtifactRef } from '../../src/artifacts/artifact.ts';
import type { Json, JsonObject } from '../../src/json.ts';
import { decodeArchitecture } from '../../src/ml/architectures/decode-architecture.ts';
import { loadClassifier } from '../../src/ml/classifier.ts';
import { decodeModel } from '../../src/ml/decode-model.ts';
import type { TrainingHistory } from '../../src/ml/model.ts';
import { CounterRandom } from '../../src/ml/random.ts';
import { decodeWith } from '../../src/spec/step-schemas.ts';
import { makeTestPlace, type TestPlace } from './step-context.ts';

const random = new CounterRandom({ seed: 2, stream: 'pairs' });
/** Two to four letters, and the same from the end. */
const PAIRS = Array.from({ length: 400 }, () => {
  const letters = Array.from({ length: 2 + random.integer(3) }, () => 'abcd'[random.integer(4)]);
  return `${letters.join('')}\t${letters.toReversed().join('')}`;
});

let place: TestPlace;
let dataset: ArtifactRef;
let classes: ArtifactRef;
beforeAll(async () => {
  place = await makeTestPlace();
  await writeFile(path.join(place.folder, 'pairs.tsv'), [...new Set(PAIRS)].join('\n'));
  dataset = await read({ target: { column: 'target', type: 'text', tokenizer: 'character', length: 5 } });
  classes = await read({ target: 'target' });
}); // prettier-ignore
afterAll(() => place.remove());

const context = (scratch = 'scratch') =>
  place.context({ dataRoot: place.folder, scratch: path.join(place.folder, scratch) });

async function read(changes: JsonObject): Promise<ArtifactRef> {
  const features = [{ type: 'text', columns: 'source', tokenizer: 'character', length: 4 }];
  const given = { source: 'pairs.tsv', format: 'parallel-text', features, ...changes };
  const split = { train: 0.8, validation: 0.1, test: 0.1, seed: 1, stratify: false };
  const input = decodeWith<DatasetStep['with']>('dataset', { ...given, split });
  return (await datasetStep.run(input, context())).dataset;
}

const architect = (changes: JsonObject, of = dataset) =>
  architectStep.run(
    decodeWith<ArchitectStep['with']>('architect', {
      dataset: of as unknown as Json,
      family: 'encoder-decoder',
      ...changes,
    }),
    context(),
  );

const trainInput = (architecture: ArtifactRef, changes: JsonObject = {}) =>
  decodeWith<TrainStep['with']>('train', {
    architecture: architecture as unknown as Json,
    dataset: dataset as unknown as Json,
    epochs: 1,
    ...changes,
  });

const SMALL = { cell: 'lstm', embedding: 16, units: [32] } as const;

describe('the family encoder-decoder', () => {
  it.each<[string, JsonObject]>([
    ['a transformer', {}],
    ['an LSTM', { cell: 'lstm' }],
    ['GRUs', { cell: 'gru', units: [8, 6], dropout: 0.1 }],
  ])('draws %s with an output for each place of the target', async (_, settings) => {
    const outputs = await architect(settings);
    expect(outputs.layers.at(-1)).toMatchObject({ type: 'dense', outputShape: [5, 8] });
    const stored = await place.store.getJson<Json>(outputs.architecture);
    expect(decodeArchitecture(stored)).toMatchObject({ labelShape: [5], classes: 8 });
  });

  it.each<[JsonObject, object]>([
    [{ family: 'rnn' }, { code: 'SHAPE_MISMATCH', remedy: expect.stringContaining('encoder-decoder') as string }],
    [{ cell: 'simple' }, { code: 'ARCHITECTURE_INVALID', message: expect.stringContaining('no cell simple') as string }],
    [{ cell: 'gru', blocks: 2 }, { code: 'ARCHITECTURE_INVALID', message: expect.stringContaining('"blocks"') as string }],
    [{ units: [4] }, { code: 'ARCHITECTURE_INVALID', message: expect.stringContaining('"units"') as string }],
    [{ heads: 5 }, { code: 'ARCHITECTURE_INVALID' }],
    [{ hidden: [4] }, { code: 'ARCHITECTURE_INVALID' }],
    [
      { family: 'layers', layers: [{ type: 'embedding', units: 4, inputs: ['target'] }, { type: 'multiHeadAttention', heads: 1, keyUnits: 4 }] },
      { code: 'ARCHITECTURE_INVALID', message: expect.stringContaining('come later') as string },
    ],
    [
      { family: 'layers', layers: [{ type: 'embedding', units: 4, inputs: ['source'] }] },
      { code: 'SHAPE_MISMATCH' },
    ],
  ])('refuses %j', async (settings, error) => {
    await expect(architect(settings)).rejects.toMatchObject(error);
  }); // prettier-ignore

  it('is for a target that is a text', async () => {
    await expect(architect({}, classes)).rejects.toMatchObject({
      code: 'SHAPE_MISMATCH',
      remedy: expect.stringContaining('type: text') as string,
    });
  });

  it('is not read back with another output', async () => {
    const { architecture } = await architect(SMALL);
    const stored = await place.store.getJson<JsonObject>(architecture);
    for (const changes of [{ labelShape: [4] }, { labelShape: null }, { classes: 7 }]) {
      expect(() => decodeArchitecture({ ...stored, ...changes })).toThrow(
        expect.objectContaining({ code: 'MODEL_INVALID' }),
      );
    }
    const { labelShape: _, ...without } = stored;
    expect(() => decodeArchitecture(without)).toThrow(/softmax/);
  });
});

describe('training to write', () => {
  it('learns to turn letters around, and says how often the very text is written', async () => {
    const { architecture } = await architect(SMALL);
    const settings = { epochs: 25, batchSize: 16, optimizer: { type: 'adam', learningRate: 0.01 } };
    const outputs = await trainStep.run(trainInput(architecture, settings), context('learning'));
    const { epochs } = await place.store.getJson<TrainingHistory>(outputs.history);
    // Before it knows anything: of seven tokens that come, as likely as each other.
    expect(epochs[0]?.loss).toBeLessThan(Math.log(8));
    expect(epochs.at(-1)?.accuracy).toBeGreaterThan(0.95);
    expect(outputs.metrics.validationExactMatch).toBeGreaterThan(0.7);
    expect(outputs.metrics.validationExactMatch).toBeLessThanOrEqual(1);
    const manifest = decodeModel(await place.store.getJson<Json>(outputs.model));
    expect(manifest.input).toMatchObject({ labelShape: [5], targetEncoder: { column: 'target' } });
    await expect(loadClassifier(place.store, outputs.model)).rejects.toMatchObject({
      code: 'SPEC_UNSUPPORTED',
      message: expect.stringContaining('writes a text') as string,
    });
  }, 60_000);

  it('counts no padding: longer rows change nothing', async () => {
    const lossOf = async (length: number) => {
      const target = { column: 'target', type: 'text', tokenizer: 'character', length };
      const of = await read({ target });
      const { architecture } = await architect(SMALL, of);
      const input = { ...trainInput(architecture), dataset: of };
      const { history } = await trainStep.run(input, context(`length-${length}`));
      return (await place.store.getJson<TrainingHistory>(history)).epochs[0];
    };
    const [short, long] = [await lossOf(5), await lossOf(9)];
    expect(long?.loss).toBeCloseTo(short?.loss as number, 4);
    expect(long?.validationAccuracy).toBeCloseTo(short?.validationAccuracy as number, 4);
  });

  it('refuses weights of classes', async () => {
    const { architecture } = await architect(SMALL);
    const input = trainInput(architecture, { classWeights: 'balanced' });
    await expect(trainStep.run(input, context('weights'))).rejects.toMatchObject({
      code: 'SPEC_INVALID',
      message: expect.stringContaining('classWeights') as string,
    });
  });

  it('refuses a network that gives classes, and the other way round', async () => {
    const mlp = await architect({ family: 'rnn' }, classes);
    await expect(trainStep.run(trainInput(mlp.architecture), context('other'))).rejects.toMatchObject({
      code: 'SHAPE_MISMATCH',
      message: expect.stringContaining('texts of 5 places') as string,
    });
    const { architecture } = await architect(SMALL);
    const input = { ...trainInput(architecture), dataset: classes };
    await expect(trainStep.run(input, context('other'))).rejects.toMatchObject({
      code: 'SHAPE_MISMATCH',
    });
  }); // prettier-ignore

  it('is nothing to transfer from', async () => {
    const { architecture } = await architect(SMALL);
    const { model } = await trainStep.run(trainInput(architecture), context('base'));
    const input = decodeWith<Parameters<typeof transferStep.run>[0]>('transfer', {
      base: model as unknown as Json,
      dataset: dataset as unknown as Json,
      epochs: 1,
    });
    await expect(transferStep.run(input, context('transfer'))).rejects.toMatchObject({
      code: 'SPEC_UNSUPPORTED',
    });
  });
});
