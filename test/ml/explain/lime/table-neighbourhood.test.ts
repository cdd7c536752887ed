import type { Encoder } from '../../../../src/data/dataset.ts';
import { explainLocally } from '../../../../src/ml/explain/lime/local-surrogate.ts';
import { tableFeatures } from '../../../../src/ml/explain/lime/table-feature.ts';
import { tableNeighbourhood } from '../../../../src/ml/explain/lime/table-neighbourhood.ts';
import { featureSampler } from '../../../../src/ml/explain/lime/table-sampler.ts';
import { CounterRandom } from '../../../../src/ml/random.ts';
import { reference, referenceModel } from './reference.ts';

const random = (seed = 0) => new CounterRandom({ seed, stream: 'test' });
const number = (column: string): Encoder => ({
  ...{ type: 'number', column, scale: 'none', offset: 0, divisor: 1, imputed: 0 },
});
const blockOf = (rows: readonly (readonly number[])[]) => ({
  x: Float32Array.from(rows.flat()),
  rows: rows.length,
  values: rows[0]!.length,
});

function jaccard(a: readonly number[], b: readonly number[]): number {
  const both = a.filter((value) => b.includes(value)).length;
  return both / (a.length + b.length - both);
}

describe('tableNeighbourhood', () => {
  it('finds what lime finds, as near as lime finds it again with another seed', async () => {
    const { training, row, tops, betweenSeeds, means, deviations } = reference.endToEnd;
    const encoders = row.map((_, index) => number(`x${index}`));
    const samplers = tableFeatures(encoders, blockOf(training)).map(featureSampler);
    const likeness: number[] = [];
    const sums = [0, 0, 0];
    for (let seed = 0; seed < 20; seed += 1) {
      const near = tableNeighbourhood({
        row: Float32Array.from(row),
        samplers,
        random: random(seed),
      });
      const { surrogate } = await explainLocally(near, {
        ...{ model: referenceModel, classIndex: 1, samples: 5000, limit: 10 },
      });
      const top = surrogate.features.slice(0, 5);
      likeness.push(...tops.map((theirs) => jaccard(top, theirs)));
      sums[0]! += surrogate.intercept / 20;
      sums[1]! += surrogate.r2 / 20;
      sums[2]! += surrogate.localPrediction / 20;
    }
    const mean = likeness.reduce((sum, one) => sum + one, 0) / likeness.length;
    // The mean of 20 by 20 seeds moves by less than a fifth of what a pair does.
    expect(mean).toBeGreaterThan(betweenSeeds.mean - betweenSeeds.deviation / 5);
    // Means of 20 on either side: five standard deviations of the difference.
    sums.forEach((own, index) =>
      expect(Math.abs(own - means[index]!)).toBeLessThan(
        5 * deviations[index]! * Math.sqrt(2 / 20),
      ),
    );
  });

  it('draws bins as the training part has them, and values within them as a normal would', () => {
    const draws = random(3);
    const rows = Array.from({ length: 400 }, () => [Math.exp(draws.normal())]);
    const [feature] = tableFeatures([number('x')], blockOf(rows));
    if (feature?.type !== 'number') throw new Error('a number');
    const near = tableNeighbourhood({
      row: Float32Array.of(0.1),
      samplers: [featureSampler(feature)],
      random: random(),
    });
    const { masks, rows: rowsOf } = near.draw(20_000, false);
    const x = rowsOf(0, 20_000);
    const { borders, means, deviations, lows, highs } = feature.bins;
    for (let bin = 0; bin < 4; bin += 1) {
      const own = Array.from(x).filter(
        (value) =>
          (bin === 0 || value > borders[bin - 1]!) && (bin === 3 || value <= borders[bin]!),
      );
      expect(Math.abs(own.length / 20_000 - 0.25)).toBeLessThan(0.013);
      expect(Math.min(...own)).toBeGreaterThanOrEqual(Math.fround(lows[bin]!) - 1e-6);
      expect(Math.max(...own)).toBeLessThanOrEqual(Math.fround(highs[bin]!) + 1e-6);
      const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
      const z = (value: number) => (value - means[bin]!) / deviations[bin]!;
      const expected =
        means[bin]! + deviations[bin]! * truncatedMean(z(lows[bin]!), z(highs[bin]!));
      expect(Math.abs(mean - expected)).toBeLessThan(0.05 * deviations[bin]!);
    }
    x.forEach((value, at) => expect(masks[at]).toBe(value <= Math.fround(borders[0]!) ? 1 : 0));
  });

  it('takes a one-hot group as one feature, and a part of a date', () => {
    const colour: Encoder = { type: 'category', column: 'colour', categories: ['blue', 'red'] };
    const date: Encoder = {
      ...{ type: 'date', column: 'day', format: 'iso', parts: ['year', 'month'] },
      year: { offset: 2000, divisor: 10 },
    };
    const month = (m: number) => [Math.sin((Math.PI * m) / 6), Math.cos((Math.PI * m) / 6)];
    const training = Array.from({ length: 40 }, (_, i) => [
      i % 4 === 0 ? 1 : 0,
      i % 4 === 0 ? 0 : 1,
      (i % 10) / 10,
      ...month(i % 2),
    ]);
    const features = tableFeatures([colour, date], blockOf(training));
    expect(features.map(({ from, to }) => [from, to])).toEqual([
      [0, 2],
      [2, 3],
      [3, 5],
    ]);
    const row = Float32Array.from([0, 1, 0.2, ...month(1)]);
    expect(features.map(({ nameOf }) => nameOf(row))).toEqual([
      'colour=red',
      'day.year <= 2002.00',
      'day.month=02',
    ]);
    const near = tableNeighbourhood({
      ...{ row, samplers: features.map(featureSampler), random: random() },
    });
    const { masks, rows } = near.draw(4000, true);
    const x = rows(0, 4000);
    expect(x.subarray(0, 5)).toEqual(row);
    let red = 0;
    for (let sample = 0; sample < 4000; sample += 1) {
      const [blue, isRed, , sine] = x.subarray(5 * sample, 5 * sample + 5);
      expect(blue! + isRed!).toBe(1);
      expect(masks[3 * sample]).toBe(isRed);
      expect(masks[3 * sample + 2]).toBe(sine === row[3] ? 1 : 0);
      red += isRed!;
    }
    expect(Math.abs(red / 4000 - 0.75)).toBeLessThan(0.03);
  });

  it('gives a category that the training part lacks no sample of its own', () => {
    const colour: Encoder = { type: 'category', column: 'colour', categories: ['blue', 'red'] };
    const [feature] = tableFeatures(
      [colour],
      blockOf([
        [1, 0],
        [0, 1],
      ]),
    );
    const row = Float32Array.of(0, 0);
    expect(feature!.nameOf(row)).toBe('colour: none that is known');
    const samplers = [featureSampler(feature!)];
    const { masks } = tableNeighbourhood({ row, samplers, random: random() }).draw(100, false);
    expect(masks.every((bit) => bit === 0)).toBe(true);
  });
});

/** Of a standard normal between two bounds: (φ(a) − φ(b)) / (Φ(b) − Φ(a)), by summing. */
function truncatedMean(a: number, b: number): number {
  let [mass, moment] = [0, 0];
  for (let i = 0; i < 20_000; i += 1) {
    const z = a + ((i + 0.5) / 20_000) * (b - a);
    const density = Math.exp(-(z * z) / 2);
    mass += density;
    moment += z * density;
  }
  return moment / mass;
}
