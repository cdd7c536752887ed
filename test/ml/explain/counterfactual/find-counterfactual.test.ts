import fc from 'fast-check';
import type { Encoder } from '../../../../src/data/dataset.ts';
import {
  changeableColumns,
  type ActionableColumns,
} from '../../../../src/ml/explain/counterfactual/changeable-columns.ts';
import {
  findCounterfactual,
  type CounterfactualOptions,
} from '../../../../src/ml/explain/counterfactual/find-counterfactual.ts';
import type { MissGradient } from '../../../../src/ml/explain/counterfactual/wachter-search.ts';
import type { ModelFunction } from '../../../../src/ml/explain/model-function.ts';
import { CounterRandom } from '../../../../src/ml/random.ts';

interface Logistic {
  readonly weights: readonly number[];
  readonly bias: number;
}

const sigmoid = (logit: number) => 1 / (1 + Math.exp(-logit));
const logitAt = ({ weights, bias }: Logistic, x: ArrayLike<number>, row = 0) =>
  weights.reduce((sum, w, i) => sum + w * x[row * weights.length + i]!, bias);

/** P(1) = σ(w·x + b), in float64. */
const modelOf =
  (logistic: Logistic): ModelFunction =>
  (x, rows) =>
    Promise.resolve(
      Float64Array.from({ length: 2 * rows }, (_, at) => {
        const p = sigmoid(logitAt(logistic, x, at >> 1));
        return at % 2 === 1 ? p : 1 - p;
      }),
    );

const missOf =
  (logistic: Logistic): MissGradient =>
  (x, rows, classIndex) => {
    const width = logistic.weights.length;
    return Promise.resolve(
      Float64Array.from({ length: width * rows }, (_, at) => {
        const own = sigmoid((2 * classIndex - 1) * logitAt(logistic, x, Math.floor(at / width)));
        const slope = (2 * classIndex - 1) * own * (1 - own) * logistic.weights[at % width]!;
        return -2 * (1 - own) * slope;
      }),
    );
  };

const number = (column: string, offset = 0, divisor = 1): Encoder => ({
  type: 'number',
  column,
  scale: 'none',
  offset,
  divisor,
  imputed: 0,
});
const NO_EXAMPLES = (values: number) => () => ({ x: new Float32Array(), rows: 0, values });

interface Problem {
  readonly encoders: readonly Encoder[];
  readonly training: readonly (readonly number[])[];
  readonly row: readonly number[];
  readonly logistic: Logistic;
  readonly actionable?: ActionableColumns;
  readonly reach?: number;
  readonly examples?: CounterfactualOptions['examples'];
}

async function find(problem: Problem) {
  const { encoders, training, row, logistic, actionable, reach = 0.95, examples } = problem;
  const values = row.length;
  const block = { x: Float32Array.from(training.flat()), rows: training.length, values };
  const space = {
    row: Float32Array.from(row),
    columns: changeableColumns(encoders, block, actionable),
  };
  const found = await findCounterfactual({
    space,
    model: modelOf(logistic),
    gradient: missOf(logistic),
    targets: [1],
    reach,
    examples: examples ?? NO_EXAMPLES(values),
  });
  return { found, space };
}

/** Normal rows of three decimals. */
function normalRows(rows: number, values: number, seed = 1) {
  const random = new CounterRandom({ seed, stream: 'test' });
  return Array.from({ length: rows }, () =>
    Array.from({ length: values }, () => Math.round(1000 * random.normal()) / 1000),
  );
}

const WIDTH = 5;
const encoders = Array.from({ length: WIDTH }, (_, i) => number(`c${i}`));
const training = normalRows(200, WIDTH);

/** Least Σ |change| / spread that raises the logit by so much: the best column first, to its bound. */
function closedForm(
  { weights, bias }: Logistic,
  row: readonly number[],
  spreads: readonly number[],
  reach: number,
): number {
  let missing = Math.log(reach / (1 - reach)) - logitAt({ weights, bias }, row);
  let distance = 0;
  const order = weights.map((_, i) => i).sort((a, b) => worth(b) - worth(a));
  function worth(i: number) {
    return Math.abs(weights[i]!) * spreads[i]!;
  }
  for (const i of order) {
    if (worth(i) < 1e-9 || missing < 1e-9) continue;
    const column = training.map((line) => line[i]!);
    const end = weights[i]! > 0 ? Math.max(...column) : Math.min(...column);
    const room = Math.max(0, (end - row[i]!) * Math.sign(weights[i]!)) / spreads[i]!;
    const used = Math.min(room, Math.max(0, missing) / worth(i));
    distance += used;
    missing -= used * worth(i);
  }
  // Bounds are float32: whether the very last bit of room is enough is not the question.
  fc.pre(Math.abs(missing) < 1e-9 || missing > 1e-3);
  return missing > 1e-9 ? Infinity : distance;
}

describe('findCounterfactual', () => {
  it('is within 5 % of the closed form on a linear model, and valid always', async () => {
    const weight = fc.double({ min: -3, max: 3, noNaN: true });
    const weights = fc.array(weight, { minLength: WIDTH, maxLength: WIDTH });
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(
        weights,
        fc.double({ min: -6, max: 1, noNaN: true }),
        fc.integer({ min: 0, max: 199 }),
        async (weights, bias, index) => {
          const [logistic, row] = [{ weights, bias }, training[index]!];
          const { found, space } = await find({ encoders, training, row, logistic });
          const spreads = space.columns.map((column) =>
            column.kind === 'number' ? column.spread : 1,
          );
          const least = closedForm(logistic, row, spreads, 0.95);
          if (!found) {
            expect(least).toBe(Infinity);
            return;
          }
          expect(found.probability).toBeGreaterThanOrEqual(0.95);
          expect(sigmoid(logitAt(logistic, found.x))).toBe(found.probability);
          expect(found.distance).toBeGreaterThan(least - 1e-6);
          expect(found.distance).toBeLessThan(1.05 * least + 0.01);
          compared += 1;
        },
      ),
      { seed: 7, numRuns: 150 },
    );
    expect(compared).toBeGreaterThan(40);
  });

  it('keeps bounds, directions and what is held fast, in the columns’ own units', async () => {
    // Encoded values of `amount` are thousands over 2,000.
    const two = [number('amount', 2000, 1000), number('age', 40, 10), number('months', 24, 12)];
    const rows = normalRows(100, 3, 3).map(([a, b, c]) => [
      Math.round(1000 * a!) / 1000,
      Math.round(10 * b!) / 10,
      Math.round(12 * c!) / 12,
    ]);
    const logistic = { weights: [-2, 3, -1], bias: -3 };
    const problem = { encoders: two, training: rows, row: [0.5, 0.2, 0.25], logistic, reach: 0.6 };
    const read = (x: Float32Array) => [1000 * x[0]! + 2000, 10 * x[1]! + 40, 12 * x[2]! + 24];
    const free = await find(problem);
    expect(read(free.found!.x)[1]).toBeGreaterThan(42.5);
    const held = await find({
      ...problem,
      actionable: { age: false, amount: { min: 1200 }, months: { direction: 'down' } },
    });
    const [amount, age, months] = read(held.found!.x);
    expect(age).toBeCloseTo(42, 4);
    expect(amount).toBeGreaterThanOrEqual(1200 - 1e-3);
    expect(months).toBeLessThanOrEqual(27 + 1e-3);
    // Whole numbers stay whole.
    expect(Math.abs(months! - Math.round(months!))).toBeLessThan(1e-4);
    const up = { age: false, amount: { direction: 'up' }, months: { direction: 'up' } } as const;
    expect((await find({ ...problem, actionable: up })).found).toBeNull();
    const none = { age: false, amount: false, months: false } as const;
    expect((await find({ ...problem, actionable: none })).found).toBeNull();
  });

  it('changes a category as one, never to half of it', async () => {
    const colour: Encoder = { type: 'category', column: 'colour', categories: ['a', 'b', 'c'] };
    const mixed = [number('n'), colour];
    const rows = normalRows(60, 1, 5).map(([n], i) => [
      n!,
      ...[0, 1, 2].map((k) => +(i % 3 === k)),
    ]);
    const problem = { encoders: mixed, training: rows, row: [0, 1, 0, 0], reach: 0.6 };
    const strong = await find({ ...problem, logistic: { weights: [0.1, -1, 0.5, 2], bias: 0 } });
    expect([...strong.found!.x]).toEqual([0, 0, 0, 1]);
    expect(strong.found!.distance).toBe(1);
    // A number does it with less than a swap.
    const weak = await find({ ...problem, logistic: { weights: [3, 0, 0.1, 0.2], bias: 0 } });
    expect([...weak.found!.x].slice(1)).toEqual([1, 0, 0]);
    // An empty cell is no category, and may become one.
    const empty = await find({
      ...problem,
      row: [0, 0, 0, 0],
      logistic: { weights: [0.01, -1, 0.5, 2], bias: -0.5 },
    });
    expect([...empty.found!.x]).toEqual([0, 0, 0, 1]);
  });

  it('finds its way from examples where there is no slope', async () => {
    const flat: MissGradient = (x) => Promise.resolve(new Float64Array(x.length));
    const logistic = { weights: [4, 0, 0, 0, 0], bias: -3 };
    const block = { x: Float32Array.from(training.flat()), rows: training.length, values: WIDTH };
    const space = {
      row: new Float32Array(WIDTH),
      columns: changeableColumns(encoders, block),
    };
    const own = training.filter((line) => logitAt(logistic, line) > 3.5);
    const examples = { x: Float32Array.from(own.flat()), rows: own.length, values: WIDTH };
    const found = await findCounterfactual({
      space,
      model: modelOf(logistic),
      gradient: flat,
      targets: [1],
      reach: 0.95,
      examples: () => examples,
    });
    // All but the first column is put back, and that is as near as it may be.
    expect([...found!.x].slice(1)).toEqual([0, 0, 0, 0]);
    expect(found!.x[0]).toBeCloseTo((Math.log(19) + 3) / 4, 2);
  });

  it('takes the nearest of several classes', async () => {
    const three: ModelFunction = (x, rows) =>
      Promise.resolve(
        Float64Array.from({ length: 3 * rows }, (_, at) => {
          const value = x[Math.floor(at / 3) * WIDTH]!;
          return [+(Math.abs(value) < 1), +(value >= 1), +(value <= -1)][at % 3]!;
        }),
      );
    const block = { x: Float32Array.from(training.flat()), rows: training.length, values: WIDTH };
    const found = await findCounterfactual({
      space: {
        row: Float32Array.from([0.4, 0, 0, 0, 0]),
        columns: changeableColumns(encoders, block),
      },
      model: three,
      gradient: (x) => Promise.resolve(new Float64Array(x.length)),
      targets: [1, 2],
      reach: 0.5,
      examples: (classIndex) => {
        const sign = classIndex === 1 ? 1 : -1;
        const own = training.filter(([first]) => sign * first! >= 1);
        return { x: Float32Array.from(own.flat()), rows: own.length, values: WIDTH };
      },
    });
    expect(found!.classIndex).toBe(1);
    expect(found!.x[0]).toBeCloseTo(1, 3);
  });
});

describe('changeableColumns', () => {
  const block = { x: Float32Array.from([1, 5, 2, 5, 4, 5]), rows: 3, values: 2 };
  const two = [number('a'), number('constant')];

  it('knows range, decimals and spread, and leaves a constant out', () => {
    const [column, more] = changeableColumns(two, block);
    expect(more).toBeUndefined();
    expect(column).toMatchObject({ at: 0, low: 1, high: 4, decimals: 0, spread: 1 });
    const half = { x: Float32Array.from([0, 0, 0, 0.25]), rows: 4, values: 1 };
    expect(changeableColumns([number('a')], half)).toMatchObject([
      { decimals: 2, spread: Math.sqrt(3) / 16 },
    ]);
    const one = { x: Float32Array.from([1, 5]), rows: 1, values: 2 };
    expect(changeableColumns(two, one)).toEqual([]);
  });

  it.each([
    [{ b: false as const }],
    [{ a: { min: 5 } }],
    [{ a: { max: 0 } }],
    [{ a: { min: 3, max: 2 } }],
  ])('refuses %j', (actionable) => {
    expect(() => changeableColumns(two, block, actionable)).toThrow(
      expect.objectContaining({ code: 'SPEC_INVALID' }),
    );
  });

  it('refuses bounds of a category', () => {
    const colour: Encoder = { type: 'category', column: 'colour', categories: ['a', 'b'] };
    const pair = { x: Float32Array.from([1, 0, 0, 1]), rows: 2, values: 2 };
    expect(() => changeableColumns([colour], pair, { colour: { min: 1 } })).toThrow(
      expect.objectContaining({ code: 'SPEC_INVALID' }),
    );
    expect(changeableColumns([colour], pair, { colour: false })).toEqual([]);
  });
});
