import type { Encoder } from '../../../../src/data/dataset.ts';
import {
  anchorSearch,
  type AnchorOptions,
} from '../../../../src/ml/explain/anchors/anchor-search.ts';
import {
  columnPredicates,
  wordPredicates,
  type Predicate,
} from '../../../../src/ml/explain/anchors/predicates.ts';
import { ruleSampler } from '../../../../src/ml/explain/anchors/rule-sampler.ts';
import { CounterRandom } from '../../../../src/ml/random.ts';

const OPTIONS: AnchorOptions = {
  precision: 0.95,
  delta: 0.1,
  tau: 0.15,
  batch: 100,
  beam: 4,
  maxPredicates: 6,
  maxSamples: 50_000,
};
const random = (seed = 0) => new CounterRandom({ seed, stream: 'test' });

const number = (column: string): Encoder => ({
  type: 'number',
  column,
  scale: 'none',
  offset: 100,
  divisor: 10,
  imputed: 0,
});
const colour: Encoder = { type: 'category', column: 'colour', categories: ['blue', 'red'] };
const ENCODERS = [number('a'), number('b'), colour, number('c')];
/** a, b, blue, red, c: independent, numbers uniform in [0, 1). */
const training = (() => {
  const draws = random(9);
  const rows = Array.from({ length: 1000 }, () => {
    const [a, b, c] = [draws.uniform(), draws.uniform(), draws.uniform()];
    const red = Number(draws.uniform() < 0.5);
    return [a, b, 1 - red, red, c];
  });
  return { x: Float32Array.from(rows.flat()), rows: 1000, values: 5 };
})();

type Answer = (x: Float32Array, start: number) => boolean;

interface Problem {
  readonly row: Float32Array;
  readonly predicates: readonly Predicate[];
  readonly answer: Answer;
  readonly block?: typeof training;
  readonly texts?: { offset: number; length: number }[];
  readonly options?: Partial<AnchorOptions>;
  readonly seed?: number;
}

async function search(problem: Problem) {
  const { row, predicates, answer, block = training, texts = [], options, seed = 0 } = problem;
  const sampler = ruleSampler({ row, predicates, training: block, texts, random: random(seed) });
  const own = answer(row, 0);
  const hitsOf = (x: Float32Array) => {
    let hits = 0;
    for (let start = 0; start < x.length; start += row.length) {
      if (answer(x, start) === own) hits += 1;
    }
    return hits;
  };
  const draw = (rule: readonly number[], count: number) =>
    Promise.resolve(hitsOf(sampler.draw(rule, count)));
  const { coverage } = sampler;
  const game = { predicates: predicates.length, draw, coverage };
  const found = await anchorSearch(game, { ...OPTIONS, ...options });
  const fresh = ruleSampler({ row, predicates, training: block, texts, random: random(seed + 99) });
  return {
    ...found,
    texts: found.rule.map((index) => predicates[index]!.text),
    fresh: hitsOf(fresh.draw(found.rule, 10_000)) / 10_000,
  };
}

const predicatesOf = (row: Float32Array) => columnPredicates(ENCODERS, row, training);

describe('anchorSearch', () => {
  const row = Float32Array.from([0.9, 0.5, 0, 1, 0.1]);
  const planted: Answer = (x, start) => x[start]! > 0.76 && x[start + 3] === 1;

  it('finds a planted rule, and its precision holds on 10,000 fresh rows', async () => {
    for (let seed = 0; seed < 10; seed += 1) {
      const found = await search({ row, predicates: predicatesOf(row), answer: planted, seed });
      expect(found.texts).toEqual([expect.stringMatching(/^a > 107\.[4-6]\d*$/), 'colour = red']);
      expect(found.isPrecise).toBe(true);
      expect(found.fresh).toBeGreaterThanOrEqual(0.93);
      expect(Math.abs(found.coverage - 0.125)).toBeLessThan(0.03);
      expect(found.low).toBeLessThanOrEqual(found.fresh + 0.02);
      expect(found.high).toBeGreaterThanOrEqual(found.fresh - 0.02);
    }
  });

  it('is right about its precision with noise, with another model each time', async () => {
    let precise = 0;
    for (let seed = 0; seed < 12; seed += 1) {
      const noise = random(seed + 500);
      const [w, v] = [noise.uniform() * 6, noise.uniform() * 6 - 3];
      const answer: Answer = (x, start) =>
        w * x[start]! + v * x[start + 1]! + 2 * x[start + 3]! + Math.sin(37 * x[start + 4]!) > 2.5;
      const found = await search({ row, predicates: predicatesOf(row), answer, seed });
      if (!found.isPrecise) continue;
      precise += 1;
      expect(found.fresh).toBeGreaterThanOrEqual(0.93);
    }
    expect(precise).toBeGreaterThan(5);
  });

  it('says that the answer is always the same', async () => {
    const found = await search({ row, predicates: predicatesOf(row), answer: () => true });
    expect(found).toMatchObject({ rule: [], precision: 1, coverage: 1, isPrecise: true });
  });

  it('gives the most precise rule seen where none is precise enough', async () => {
    const coin = random(77);
    const own = new Map<string, boolean>();
    const answer: Answer = (x, start) => {
      if (x === row) return true;
      const key = `${start},${x.slice(start, start + 5).join()},${coin.uniform()}`;
      own.set(key, coin.uniform() < 0.6);
      return own.get(key)!;
    };
    const found = await search({
      row,
      predicates: predicatesOf(row),
      answer,
      options: { maxSamples: 8000 },
    });
    expect(found.isPrecise).toBe(false);
    expect(Math.abs(found.precision - 0.6)).toBeLessThan(0.1);
    expect(found.low).toBeLessThan(0.6);
  });

  it('takes a row whose columns say nothing, and one training row', async () => {
    const one = { x: row.slice(), rows: 1, values: 5 };
    const predicates = columnPredicates(ENCODERS, row, one);
    expect(predicates).toEqual([]);
    const found = await search({ row, predicates, answer: planted, block: one });
    expect(found).toMatchObject({ rule: [], isPrecise: true });
  });

  it('finds the word that decides', async () => {
    const text = Float32Array.from([2, 5, 6, 7, 5, 1, 3, 0]);
    const other = Float32Array.from([2, 8, 6, 3, 0, 0, 0, 0, 2, 5, 3, 0, 0, 0, 0, 0]);
    const texts = [{ offset: 0, length: 8 }];
    const predicates = wordPredicates(text, texts, (x, { tokens: [at] }) => `word ${x[at]}`);
    expect(predicates.map((one) => one.text)).toEqual(
      [5, 6, 7].map((token) => `contains “word ${token}”`),
    );
    const answer: Answer = (x, start) => x.subarray(start, start + 8).includes(7);
    const block = { x: other, rows: 2, values: 8 };
    const found = await search({ row: text, predicates, answer, block, texts });
    expect(found).toMatchObject({ texts: ['contains “word 7”'], isPrecise: true, coverage: 0 });
    const twice = await search({
      row: text,
      predicates,
      answer: (x, start) => x.subarray(start, start + 8).includes(5),
      block,
      texts,
    });
    // Either place of the word would do, and the rule keeps both.
    expect(twice).toMatchObject({ texts: ['contains “word 5”'], coverage: 0.5 });
  });
});

describe('columnPredicates', () => {
  it('reads quarters in the column’s own units, and leaves out what is always true', () => {
    const x = Float32Array.from([0, 1, 1, 1, 2, 1, 3, 1, 4, 1]);
    const block = { x, rows: 5, values: 2 };
    const encoders = [number('a'), number('constant')];
    const texts = (a: number) =>
      columnPredicates(encoders, Float32Array.from([a, 1]), block).map(({ text }) => text);
    expect(texts(0.5)).toEqual(['a ≤ 110']);
    expect(texts(1)).toEqual(['a ≤ 110']);
    expect(texts(1.5)).toEqual(['110 < a ≤ 120']);
    expect(texts(3)).toEqual(['120 < a ≤ 130']);
    expect(texts(9)).toEqual(['a > 130']);
  });

  it('reads an empty category', () => {
    const block = { x: Float32Array.from([1, 0, 0, 1]), rows: 2, values: 2 };
    const [predicate] = columnPredicates([colour], new Float32Array(2), block);
    expect(predicate!.text).toBe('colour is empty');
    expect(predicate!.holds(block.x, 0)).toBe(false);
  });
});
