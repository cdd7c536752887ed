import { parse } from 'csv-parse/sync';
import { visualizeStep } from '../../src/activities/visualize.ts';
import type { VisualizeInput } from '../../src/activities/visualize/drawing.ts';
import { MEDIA_TYPE } from '../../src/artifacts/artifact.ts';
import type { Explanations, Gallery, Predictions } from '../../src/ml/model.ts';
import {
  leavingNoTensors,
  logisticWeights,
  noisyRows,
  storeDataset,
  storeModel,
  type TestContext,
  testContext,
} from './small-problem.ts';

const DEFAULTS = { part: 'test', limit: 12, points: 600, steps: 8, seed: 0 } as const;
type Asked = Partial<VisualizeInput> & Pick<VisualizeInput, 'pictures'>;

async function draw(input: Asked, context: TestContext): Promise<Gallery['pictures']> {
  const { gallery } = await visualizeStep.run({ ...DEFAULTS, ...input }, context);
  return (await context.store.getJson<Gallery>(gallery)).pictures;
}

/** The rows of a picture's CSV, numbers as numbers. */
async function csvOf(
  picture: Gallery['pictures'][number] | undefined,
  { store }: TestContext,
): Promise<Record<string, string | number>[]> {
  const text = new TextDecoder().decode(await store.get(picture!.csv!));
  const rows = parse<Record<string, string>>(text, { columns: true });
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([key, cell]) => [
        key,
        cell === '' || Number.isNaN(Number(cell)) ? cell : Number(cell),
      ]),
    ),
  );
}

async function predicted(context: TestContext, given: Partial<Predictions> = {}) {
  const predictions: Predictions = {
    part: 'test',
    classes: ['no', 'yes'],
    sourceRows: [1, 2, 3, 4, 5],
    labels: [0, 0, 1, 1, 1],
    probabilities: [0.1, 0.6, 0.6, 0.4, 0.9].map((yes) => [1 - yes, yes]),
    ...given,
  };
  return context.store.putJson(predictions, MEDIA_TYPE.predictions);
}

describe('curves of predictions', () => {
  it('has the area that pairs of rows have, and its points in the CSV', async () => {
    const context = testContext();
    const predictions = await predicted(context);
    const [roc, pr] = await draw({ pictures: ['roc-curve', 'pr-curve'], predictions }, context);
    // Of the 6 pairs of a yes and a no: 4 won, 1 tie (0.6, 0.6), 1 lost.
    const area = 4.5 / 6;
    expect(roc?.caption).toContain(`mean area ${area.toFixed(4)}`);
    const rows = await csvOf(roc, context);
    const yes = rows.filter((row) => row['class'] === 'yes');
    expect(yes.map((row) => [row['false_positive_rate'], row['true_positive_rate']])).toEqual([
      [0, 0],
      [0, 1 / 3],
      [0.5, 2 / 3],
      [0.5, 1],
      [1, 1],
    ]);
    expect(yes.map((row) => row['threshold'])).toEqual(['', 0.9, 0.6, 0.4, 0.1]);
    expect(yes[0]?.['area']).toBeCloseTo(area, 12);
    const precisions = (await csvOf(pr, context)).filter((row) => row['class'] === 'yes');
    expect(precisions.map((row) => row['precision'])).toEqual([3 / 5, 3 / 4, 2 / 3, 1, 1]);
  });

  it('draws light and dark, with different bytes and the same data, and twice the same', async () => {
    const context = testContext();
    const predictions = await predicted(context);
    const pictures = ['roc-curve', 'pr-curve', 'calibration', 'confusion-matrix'] as const;
    const first = await draw({ pictures: [...pictures], predictions }, context);
    expect(await draw({ pictures: [...pictures], predictions }, context)).toEqual(first);
    for (const { svg, dark, csv } of first) {
      expect(dark?.svg.sha256).not.toBe(svg.sha256);
      expect(dark?.png.mediaType).toBe('image/png');
      expect(csv?.mediaType).toBe('text/csv');
    }
  });

  it('counts rows by confidence', async () => {
    const context = testContext();
    const predictions = await predicted(context);
    const [calibration] = await draw({ pictures: ['calibration'], predictions }, context);
    const bins = await csvOf(calibration, context);
    expect(bins).toHaveLength(10);
    // Confidences 0.9, 0.6, 0.6, 0.6, 0.9; of the three at 0.6 one is right.
    expect(bins.map((bin) => bin['rows'])).toEqual([0, 0, 0, 0, 0, 3, 0, 0, 2, 0]);
    expect(bins[5]?.['accuracy']).toBeCloseTo(1 / 3, 12);
    expect(bins[0]?.['accuracy']).toBe('');
  });

  it.each(['roc-curve', 'pr-curve'] as const)('refuses a %s of rows of one class', async (name) => {
    const context = testContext();
    const predictions = await predicted(context, { labels: [1, 1, 1, 1, 1] });
    await expect(draw({ pictures: [name], predictions }, context)).rejects.toMatchObject({
      code: 'DATA_INVALID',
    });
  });

  it.each(['roc-curve', 'pr-curve', 'calibration', 'confusion-matrix'] as const)(
    'refuses a %s without rows, and of what is not finite',
    async (name) => {
      const context = testContext();
      const none = { labels: [], probabilities: [], sourceRows: [] };
      // What is not finite is null in JSON.
      const nothing = null as unknown as number;
      const broken = { labels: [0], sourceRows: [1], probabilities: [[nothing, 1]] };
      for (const given of [none, broken]) {
        const predictions = await predicted(context, given);
        await expect(draw({ pictures: [name], predictions }, context)).rejects.toMatchObject({
          code: 'DATA_INVALID',
        });
      }
    },
  );

  it('leaves out classes that no row is of, and says so', async () => {
    const context = testContext();
    const predictions = await predicted(context, {
      classes: ['no', 'yes', 'never'],
      probabilities: [0.1, 0.6, 0.6, 0.4, 0.9].map((yes) => [1 - yes, yes, 0]),
    });
    const [roc] = await draw({ pictures: ['roc-curve'], predictions }, context);
    expect(roc?.caption).toContain('1 of 3 classes have no rows here');
  });

  it('draws a single row where that is enough', async () => {
    const context = testContext();
    const one = { labels: [1], sourceRows: [1], probabilities: [[0.2, 0.8]] };
    const predictions = await predicted(context, one);
    const drawn = await draw(
      { pictures: ['calibration', 'confusion-matrix'], predictions },
      context,
    );
    expect(drawn).toHaveLength(2);
  });
});

describe('decision-boundary', () => {
  async function logistic(context: TestContext, weights: number[], rows = noisyRows(30, 2)) {
    const inputShape = [weights.length];
    const dataset = await storeDataset(context.store, { inputShape, train: rows, test: rows });
    const model = await storeModel(context.store, {
      inputShape,
      weights: logisticWeights(weights, 0.5),
    });
    return { model, dataset };
  }

  it('shows the probabilities of the model, and the rows where they are', async () => {
    const context = testContext();
    const given = await logistic(context, [2, -1]);
    const [picture] = await leavingNoTensors(() =>
      draw({ ...given, pictures: ['decision-boundary'] }, context),
    );
    const table = await csvOf(picture, context);
    const cells = table.filter(({ kind }) => kind === 'predicted') as Record<string, number>[];
    expect(cells).toHaveLength(72 * 72);
    for (const cell of cells) {
      const yes = 1 / (1 + Math.exp(-(2 * cell['x']! - cell['y']! + 0.5)));
      expect(cell['probability']).toBeCloseTo(Math.max(yes, 1 - yes), 4);
      if (Math.abs(yes - 0.5) > 1e-4) expect(cell['class']).toBe(yes > 0.5 ? 'yes' : 'no');
    }
    const { x, y } = noisyRows(30, 2);
    const rows = table.filter(({ kind }) => kind === 'row');
    rows.forEach((row, at) => {
      expect(row['x']).toBeCloseTo(x[at]![0]!, 6);
      expect(row['y']).toBeCloseTo(x[at]![1]!, 6);
      expect(row['class']).toBe(y[at] === 1 ? 'yes' : 'no');
    });
    expect(rows).toHaveLength(30);
  });

  it('holds what is not on the axes at its median', async () => {
    const context = testContext();
    const given = await logistic(context, [2, -1, 5], noisyRows(31, 3));
    const asked: Asked = { ...given, pictures: ['decision-boundary'], features: ['f1', 'f0'] };
    const [picture] = await draw(asked, context);
    const third = noisyRows(31, 3)
      .x.map((row) => row[2]!)
      .sort((a, b) => a - b)[15]!;
    const cells = (await csvOf(picture, context)) as Record<string, number>[];
    for (const cell of cells.slice(0, 300)) {
      const yes = 1 / (1 + Math.exp(-(2 * cell['y']! - cell['x']! + 5 * third + 0.5)));
      expect(cell['probability']).toBeCloseTo(Math.max(yes, 1 - yes), 4);
    }
    expect(picture?.caption).toContain('the other 1 values held at their median');
  });

  it('takes the plane of the principal components of wider rows, also where one is constant', async () => {
    const context = testContext();
    const { x, y } = noisyRows(20, 4);
    const rows = { x: x.map((row) => [...row.slice(0, 3), 7]), y };
    const given = await logistic(context, [1, 0, 0, 0], rows);
    const [picture] = await draw({ ...given, pictures: ['decision-boundary'] }, context);
    expect(picture?.caption).toContain('principal component');
  });

  it('draws a single row', async () => {
    const context = testContext();
    const given = await logistic(context, [1, 1], { x: [[0, 0]], y: [1] });
    expect(await draw({ ...given, pictures: ['decision-boundary'] }, context)).toHaveLength(1);
  });

  it.each([
    ['an unknown feature', [1, 1], { features: ['f0', 'f9'] as [string, string] }],
    ['rows of one value', [1], {}],
  ])('refuses %s', async (_, weights, more) => {
    const context = testContext();
    const given = await logistic(context, weights, noisyRows(5, weights.length));
    await expect(
      draw({ ...given, ...more, pictures: ['decision-boundary'] }, context),
    ).rejects.toMatchObject({ code: 'SPEC_INVALID' });
  });

  it('refuses a part without rows', async () => {
    const context = testContext();
    const given = await logistic(context, [1, 1]);
    await expect(
      draw({ ...given, part: 'validation', pictures: ['decision-boundary'] }, context),
    ).rejects.toMatchObject({ code: 'DATA_INVALID' });
  });
});

describe('what is inside a network', () => {
  const inputShape = [4, 4, 1];
  const conv = { type: 'conv2d', filters: 2, kernelSize: 2, strides: 1 } as const;
  const hidden = [
    { ...conv, padding: 'valid', activation: 'relu' } as const,
    { type: 'flatten' } as const,
  ];
  // Two kernels of 2 × 2, their biases, then a dense layer of 18 values.
  const kernel = [1, 0, 0, 1, 0, -1, -1, 0];
  const weights = [...kernel, 0.5, -0.25, ...Array<number>(36).fill(0.1), 0, 0];

  async function pictures(context: TestContext) {
    const rows = noisyRows(6, 16);
    const test = { ...rows, x: rows.x.map((row) => row.map((value) => Math.abs(value) % 1)) };
    const dataset = await storeDataset(context.store, { inputShape, train: test, test });
    const model = await storeModel(context.store, { inputShape, hidden, weights });
    return { model, dataset, x: test.x, y: test.y };
  }

  it('shows the filters as they are stored', async () => {
    const context = testContext();
    const { model } = await pictures(context);
    const [picture] = await draw({ model, pictures: ['first-layer-filters'] }, context);
    const table = await csvOf(picture, context);
    expect(table.map((row) => [row['filter'], row['row'], row['column'], row['weight']])).toEqual([
      [0, 0, 0, 1],
      [0, 0, 1, 0],
      [0, 1, 0, 0],
      [0, 1, 1, -1],
      [1, 0, 0, 0],
      [1, 0, 1, 1],
      [1, 1, 0, -1],
      [1, 1, 1, 0],
    ]);
  });

  it('shows the activations that the convolution gives, of the rows that are chosen', async () => {
    const context = testContext();
    const { model, dataset, x } = await pictures(context);
    const rows = await context.store.putJson(
      { part: 'test', rows: [{ row: 2, sourceRow: 108, reason: '' }] },
      MEDIA_TYPE.rows,
    );
    const drawn = await leavingNoTensors(() =>
      draw({ model, dataset, rows, pictures: ['activation-map'] }, context),
    );
    expect(drawn.map(({ sourceRow }) => sourceRow)).toEqual([108]);
    const table = await csvOf(drawn[0], context);
    expect(table).toHaveLength(18);
    for (const cell of table) {
      const at = (down: number, right: number): number =>
        x[2]![(Number(cell['row']) + down) * 4 + Number(cell['column']) + right]!;
      const wanted =
        cell['map'] === 'channel 0' ? at(0, 0) - at(1, 1) + 0.5 : at(0, 1) - at(1, 0) - 0.25;
      expect(cell['activation']).toBeCloseTo(Math.max(0, wanted), 5);
    }
  });

  it('gives no pictures for a selection without rows', async () => {
    const context = testContext();
    const { model, dataset } = await pictures(context);
    const rows = await context.store.putJson({ part: 'test', rows: [] }, MEDIA_TYPE.rows);
    expect(await draw({ model, dataset, rows, pictures: ['activation-map'] }, context)).toEqual([]);
  });

  it('refuses rows that the part does not have, and layers that the model does not have', async () => {
    const context = testContext();
    const { model, dataset } = await pictures(context);
    const selection = { part: 'test', rows: [{ row: 2, sourceRow: 1, reason: '' }] };
    const rows = await context.store.putJson(selection, MEDIA_TYPE.rows);
    const pick = (more: Partial<VisualizeInput>) =>
      draw({ model, dataset, pictures: ['activation-map'], ...more }, context);
    await expect(pick({ rows })).rejects.toMatchObject({ code: 'DATA_INVALID' });
    await expect(pick({ layer: 'nowhere' })).rejects.toMatchObject({ code: 'SPEC_INVALID' });
    await expect(pick({ layer: 'flatten_1' })).rejects.toMatchObject({ code: 'SPEC_INVALID' });
  });

  it('finds pictures that every class answers to more than to any row', async () => {
    const context = testContext();
    const { dataset } = await pictures(context);
    const model = await storeModel(context.store, { inputShape, hidden, seed: 4 });
    const asked: Asked = { model, dataset, pictures: ['activation-maximisation'], steps: 512 };
    const [picture] = await leavingNoTensors(() => draw(asked, context));
    expect(picture?.caption).toContain('of 2 of them the answer is above');
    const table = await csvOf(picture, context);
    expect(table).toHaveLength(2 * 16);
    for (const row of table) {
      expect(Number(row['answer'])).toBeGreaterThan(Number(row['largest_of_part']));
      expect(Number(row['value'])).toBeGreaterThanOrEqual(0);
      expect(Number(row['value'])).toBeLessThanOrEqual(1);
    }
    const layer = await draw({ ...asked, layer: 'conv2d_1', limit: 1 }, context);
    expect(layer[0]?.title).toContain('the channels of conv2d_1');
    expect(layer[0]?.caption).toContain('for 1 units (the first of 2)');
  });

  it('projects rows as the layer below the output sees them', async () => {
    const context = testContext();
    const { model, dataset, y } = await pictures(context);
    const drawn = await leavingNoTensors(() =>
      draw({ model, dataset, pictures: ['embedding-projection'] }, context),
    );
    expect(drawn.map(({ name }) => name)).toEqual([
      'embedding-projection-pca',
      'embedding-projection-umap',
    ]);
    const table = await csvOf(drawn[0], context);
    expect(table.map((row) => row['true_class'])).toEqual(y.map((label) => (label ? 'yes' : 'no')));
    expect(table.map((row) => row['source_row'])).toEqual([106, 107, 108, 109, 110, 111]);
    const few = await draw(
      { model, dataset, pictures: ['embedding-projection'], points: 1 },
      context,
    );
    expect(few.map(({ name }) => name)).toEqual(['embedding-projection-pca']);
  });

  it.each([
    'first-layer-filters',
    'activation-map',
    'activation-maximisation',
    'attention-map',
  ] as const)('refuses a %s of a table', async (name) => {
    const context = testContext();
    const rows = noisyRows(4, 3);
    const dataset = await storeDataset(context.store, { inputShape: [3], train: rows, test: rows });
    const model = await storeModel(context.store, { inputShape: [3] });
    await expect(draw({ model, dataset, pictures: [name] }, context)).rejects.toMatchObject({
      code: 'MODEL_UNSUPPORTED',
    });
  });

  it('refuses the layers of a fusion', async () => {
    const context = testContext();
    const { model, dataset } = await pictures(context);
    const manifest = await context.store.getJson<{ input: object }>(model);
    const fusion = await context.store.putJson(
      {
        version: 1,
        type: 'fusion',
        input: manifest.input,
        method: 'average',
        members: [model, model],
        weights: [0.5, 0.5],
      },
      MEDIA_TYPE.model,
    );
    await expect(
      draw({ model: fusion, dataset, pictures: ['activation-map'] }, context),
    ).rejects.toMatchObject({ code: 'MODEL_UNSUPPORTED' });
  });

  it('refuses weights that give no figures', async () => {
    const context = testContext();
    const { dataset } = await pictures(context);
    const huge = weights.map((weight) => weight * 1e38);
    const model = await storeModel(context.store, { inputShape, hidden, weights: huge });
    for (const name of ['activation-maximisation', 'decision-boundary'] as const) {
      await expect(draw({ model, dataset, pictures: [name] }, context)).rejects.toMatchObject({
        code: 'MODEL_INVALID',
      });
    }
  });
});

describe('decision-path', () => {
  const explained: Explanations = {
    method: 'exact-shap',
    settings: {},
    featureNames: ['f0', 'f1'],
    inputShape: [2],
    classes: ['no', 'yes'],
    part: 'test',
    rows: [
      {
        row: 0,
        sourceRow: 101,
        classIndex: 1,
        output: 0.7,
        baseOutput: 0.4,
        attributions: [0.5, -0.2],
        error: 0,
        samplingError: null,
        evaluations: 4,
      },
    ],
  };

  it('goes from the base to the output, the weakest first', async () => {
    const context = testContext();
    const explanations = await context.store.putJson(explained, MEDIA_TYPE.explanations);
    const [picture] = await draw({ explanations, pictures: ['decision-path'] }, context);
    expect(picture).toMatchObject({ name: 'decision-path-101', sourceRow: 101 });
    const table = await csvOf(picture, context);
    expect(table.map((row) => row['feature'])).toEqual(['f1', 'f0']);
    expect(table[0]?.['from']).toBe(0.4);
    expect(table[0]?.['to']).toBe(table[1]?.['from']);
    expect(table[1]?.['to']).toBeCloseTo(0.7, 12);
  });

  it('says which members of a cascade the row went through', async () => {
    const context = testContext();
    const { store } = context;
    const rows = { x: [[1, 0]], y: [1] };
    const dataset = await storeDataset(store, { inputShape: [2], test: rows, train: rows });
    const [weak, strong] = await Promise.all(
      [0.1, 5].map((weight) =>
        storeModel(store, { inputShape: [2], weights: logisticWeights([weight, 0]) }),
      ),
    );
    const manifest = await store.getJson<{ input: object }>(weak!);
    const cascade = { version: 1, type: 'fusion', method: 'cascade', input: manifest.input };
    const model = await store.putJson(
      { ...cascade, members: [weak, strong], thresholds: [0.9] },
      MEDIA_TYPE.model,
    );
    const explanations = await store.putJson(explained, MEDIA_TYPE.explanations);
    const asked: Asked = { explanations, model, dataset, pictures: ['decision-path'] };
    const [picture] = await leavingNoTensors(() => draw(asked, context));
    const [first, second] = [0.1, 5].map((weight) => (1 / (1 + Math.exp(-weight))).toFixed(3));
    expect(picture?.caption).toContain(
      `member 1 “yes” ${first}, below 0.9 → member 2 “yes” ${second}, the last`,
    );
  });
});
