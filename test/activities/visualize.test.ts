import { explainStep } from '../../src/activities/explain.ts';
import { visualizeStep } from '../../src/activities/visualize.ts';
import { MEDIA_TYPE } from '../../src/artifacts/artifact.ts';
import type { Gallery, Predictions, TrainingHistory } from '../../src/ml/model.ts';
import type { VisualizeInput } from '../../src/activities/visualize/drawing.ts';
import { NO_QUALITY } from './explain-quality.ts';
import {
  noisyRows,
  storeDataset,
  storeModel,
  type TestContext,
  testContext,
} from './small-problem.ts';

const HISTORY: TrainingHistory = {
  bestEpoch: 1,
  epochs: [
    {
      epoch: 1,
      loss: 1,
      accuracy: 0.5,
      validationLoss: null,
      validationAccuracy: null,
      learningRate: 0.01,
      endedAtMs: 0,
    },
  ],
};
const PREDICTIONS: Predictions = {
  part: 'test',
  classes: ['no', 'yes'],
  sourceRows: [4, 5],
  labels: [0, 1],
  probabilities: [
    [0.9, 0.1],
    [0.8, 0.2],
  ],
};

const DEFAULTS = { part: 'test', limit: 12, points: 600, steps: 8, seed: 0 } as const;

const draw = (
  input: Partial<VisualizeInput> & Pick<VisualizeInput, 'pictures'>,
  context: TestContext,
) => visualizeStep.run({ ...DEFAULTS, ...input }, context);

async function explained(inputShape: readonly number[], limit = 2) {
  const context = testContext();
  const { store } = context;
  const values = inputShape.reduce((product, size) => product * size, 1);
  const rows = noisyRows(4, values);
  const dataset = await storeDataset(store, { inputShape, train: rows, test: rows });
  const hidden = inputShape.length > 1 ? [{ type: 'flatten' as const }] : [];
  const model = await storeModel(store, { inputShape, hidden });
  const { explanations } = await explainStep.run(
    {
      model,
      dataset,
      part: 'test',
      limit,
      method: 'auto',
      background: 4,
      steps: 20,
      seed: 0,
      quality: NO_QUALITY,
    },
    context,
  );
  return { context, input: { dataset, explanations } };
}

describe('visualize', () => {
  it('draws every picture asked for, once, as SVG and PNG', async () => {
    const { context, input } = await explained([4, 4, 1]);
    const { store } = context;
    const outputs = await draw(
      {
        ...input,
        pictures: ['confusion-matrix', 'learning-curve', 'attribution-overlay', 'learning-curve'],
        histories: { net: await store.putJson(HISTORY, MEDIA_TYPE.history) },
        predictions: await store.putJson(PREDICTIONS, MEDIA_TYPE.predictions),
      },
      context,
    );
    const { pictures } = await store.getJson<Gallery>(outputs.gallery);
    expect(pictures.map(({ name, type, sourceRow }) => [name, type, sourceRow])).toEqual([
      ['confusion-matrix', 'confusion-matrix', null],
      ['learning-curve', 'learning-curve', null],
      ['attribution-overlay-104', 'attribution-overlay', 104],
      ['attribution-overlay-105', 'attribution-overlay', 105],
    ]);
    expect(outputs.count).toBe(4);
    expect(pictures[0]!.caption).toBe('1 of 2 rows are predicted wrong.');
    for (const { svg, png } of pictures) {
      expect(new TextDecoder().decode(await store.get(svg))).toMatch(/^<svg /);
      expect(Buffer.from(await store.get(png)).toString('latin1', 1, 4)).toBe('PNG');
      expect([svg.mediaType, png.mediaType]).toEqual(['image/svg+xml', 'image/png']);
    }
  });

  it('draws bars for rows of a table', async () => {
    const { context, input } = await explained([3], 1);
    const outputs = await draw({ ...input, pictures: ['attribution-overlay'] }, context);
    const { pictures } = await context.store.getJson<Gallery>(outputs.gallery);
    const svg = new TextDecoder().decode(await context.store.get(pictures[0]!.svg));
    for (const feature of ['f0', 'f1', 'f2']) expect(svg).toContain(feature);
  });

  it('gives an empty gallery for explanations without rows', async () => {
    const { context, input } = await explained([3]);
    const found = await context.store.getJson<object>(input.explanations);
    const explanations = await context.store.putJson(
      { ...found, rows: [] },
      MEDIA_TYPE.explanations,
    );
    const outputs = await draw(
      { ...input, explanations, pictures: ['attribution-overlay'] },
      context,
    );
    expect(outputs.count).toBe(0);
    expect(await context.store.getJson(outputs.gallery)).toEqual({ pictures: [] });
  });

  it.each(['learning-curve', 'confusion-matrix', 'attribution-overlay'] as const)(
    'refuses a %s without what it is drawn from',
    async (picture) => {
      await expect(draw({ pictures: [picture], limit: 1 }, testContext())).rejects.toMatchObject({
        code: 'SPEC_INVALID',
      });
    },
  );

  it('refuses explanations of another data set', async () => {
    const { context, input } = await explained([3]);
    const rows = noisyRows(4, 3);
    const dataset = await storeDataset(context.store, {
      inputShape: [3],
      validation: rows,
      test: rows,
      train: noisyRows(1, 3),
    });
    await expect(
      draw({ ...input, dataset, pictures: ['attribution-overlay'] }, context),
    ).rejects.toMatchObject({ code: 'DATA_INVALID' });
  });
});
