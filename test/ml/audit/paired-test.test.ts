import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { exactMcNemar, pairedTest, verdictOf } from '../../../src/ml/audit/paired-test.ts';
import { CounterRandom } from '../../../src/ml/random.ts';

const golden = JSON.parse(
  readFileSync(new URL('../../golden/paired-test.json', import.meta.url), 'utf8'),
) as {
  pValues: [number, number, number][];
  intervals: {
    rows: number;
    candidateOnly: number;
    productionOnly: number;
    confidence: number;
    value: number;
    low: number;
    high: number;
  }[];
};

/** Σ C(n, k) / 2ⁿ in whole numbers, so that nothing is rounded before the last division. */
function inWholeNumbers(b: number, c: number): number {
  const n = BigInt(b + c);
  let choose = 1n;
  let sum = 0n;
  for (let k = 0n; k <= BigInt(Math.min(b, c)); k += 1n) {
    sum += choose;
    choose = (choose * (n - k)) / (k + 1n);
  }
  const digits = 10n ** 18n;
  return Math.min(1, Number((2n * sum * digits) / 2n ** n) / 1e18);
}

/** Rows of which the first are right by the candidate alone, the next by production alone. */
function rightness(rows: number, candidateOnly: number, productionOnly: number, bothRight = 0) {
  const right = (from: number, to: number) =>
    Uint8Array.from({ length: rows }, (_, row) => Number(row >= from && row < to));
  const end = candidateOnly + productionOnly + bothRight;
  const [candidate, production] = [right(0, candidateOnly), right(candidateOnly, end)];
  candidate.set(
    right(candidateOnly + productionOnly, end).map((value, row) => value | (candidate[row] ?? 0)),
  );
  return { candidate, production };
}

const options = (confidence: number, seed = 0) => ({
  samples: 1_000,
  confidence,
  random: new CounterRandom({ seed, stream: 'test' }),
});

describe('exactMcNemar', () => {
  it.each(golden.pValues)('of %d and %d equals the binomial test of scipy', (b, c, expected) => {
    const found = exactMcNemar(b, c);
    expect(Math.abs(found - expected)).toBeLessThanOrEqual(1e-9 * expected);
  });

  it('equals the sum of binomial coefficients, is the same both ways round, and at most 1', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.nat(60), (b, c) => {
        const found = exactMcNemar(b, c);
        expect(found).toBeCloseTo(inWholeNumbers(b, c), 12);
        expect(exactMcNemar(c, b)).toBe(found);
        expect(found).toBeGreaterThan(0);
        expect(found).toBeLessThanOrEqual(1);
      }),
      { seed: 1 },
    );
  });

  it('rejects equally good models no more often than its level says', () => {
    // P(p < α) for n fair coins, summed exactly over all outcomes.
    for (const n of [6, 20, 50]) {
      let rejected = 0;
      let probability = 2 ** -n;
      for (let b = 0; b <= n; b += 1) {
        if (exactMcNemar(b, n - b) < 0.05) rejected += probability;
        probability *= (n - b) / (b + 1);
      }
      expect(rejected).toBeLessThan(0.05);
      expect(rejected).toBeGreaterThan(0.01);
    }
  });
});

describe('pairedTest', () => {
  it('counts who was right where', () => {
    const { candidate, production } = rightness(20, 3, 2, 10);
    const { counts, difference, pValue } = pairedTest(candidate, production, options(0.95));
    expect(counts).toEqual({ bothRight: 10, candidateOnly: 3, productionOnly: 2, bothWrong: 5 });
    expect(difference.value).toBeCloseTo(0.05, 12);
    expect(pValue).toBe(1);
  });

  it.each(golden.intervals)(
    'has the bootstrap interval of scipy for $candidateOnly against $productionOnly of $rows',
    ({ rows, candidateOnly, productionOnly, confidence, value, low, high }) => {
      const { candidate, production } = rightness(rows, candidateOnly, productionOnly);
      const { difference } = pairedTest(candidate, production, options(confidence));
      expect(difference.value).toBeCloseTo(value, 12);
      // One row more or less: quantiles of a grid of 1 / rows.
      expect(Math.abs(difference.low - low)).toBeLessThanOrEqual(1.01 / rows);
      expect(Math.abs(difference.high - high)).toBeLessThanOrEqual(1.01 / rows);
    },
  );

  it('knows that the rows are the same: what both get right makes the interval no wider', () => {
    // (b + c − (b − c)²/n) / n² is the variance of a paired difference; Wald's interval with it.
    const [rows, b, c] = [500, 20, 10];
    const { candidate, production } = rightness(rows, b, c, 450);
    const { difference } = pairedTest(candidate, production, options(0.95));
    const deviation = Math.sqrt(b + c - (b - c) ** 2 / rows) / rows;
    expect(difference.low).toBeCloseTo(0.02 - 1.96 * deviation, 2);
    expect(difference.high).toBeCloseTo(0.02 + 1.96 * deviation, 2);
  });

  it('is the same for the same seed alone', () => {
    const { candidate, production } = rightness(200, 14, 6);
    const low = (seed: number) =>
      pairedTest(candidate, production, { ...options(0.9, seed), samples: 50 }).difference;
    expect(low(1)).toEqual(low(1));
    expect(low(1)).not.toEqual(low(2));
  });
});

describe('verdictOf', () => {
  const difference = (value: number) => ({ value, low: value, high: value });
  const rule = { alpha: 0.05, minImprovement: 0.02 };

  it.each([
    [0.04, 0.03, 'better'],
    [0.04, 0.02, 'better'],
    [0.04, 0.01, 'unsure'],
    [0.04, -0.001, 'worse'],
    [0.05, 0.3, 'unsure'],
    [0.05, -0.3, 'unsure'],
    [1, 0, 'unsure'],
  ] as const)('of p = %d and a difference of %d is %s', (pValue, value, verdict) => {
    expect(verdictOf({ pValue, difference: difference(value) }, rule)).toBe(verdict);
  });
});
