import { deletionInsertion } from '../../../../src/ml/explain/quality/deletion-insertion.ts';
import { rankCorrelation } from '../../../../src/ml/explain/quality/rank-correlation.ts';
import { topJaccard } from '../../../../src/ml/explain/quality/top-jaccard.ts';
import { doubtsOf, USUAL_BOUNDS } from '../../../../src/ml/explain/reliability.ts';
import type { ModelFunction } from '../../../../src/ml/explain/model-function.ts';
import { golden } from '../global/golden-global.ts';

describe('rank correlation', () => {
  it("is scipy's with ties, to 1e-12", () => {
    const { a, b, rho } = golden.spearman;
    expect(rankCorrelation(a, b)).toBeCloseTo(rho, 12);
    expect(rankCorrelation(a, a)).toBeCloseTo(1, 12);
    expect(
      rankCorrelation(
        a,
        a.map((value) => -value),
      ),
    ).toBeCloseTo(-1, 12);
  });

  it('is null where there is no order', () => {
    expect(rankCorrelation([], [])).toBeNull();
    expect(rankCorrelation([1], [2])).toBeNull();
    expect(rankCorrelation([1, 1], [1, 2])).toBeNull();
  });
});

describe('top features in common', () => {
  it.each([
    [[3, -2, 1, 0], [-3, 2, 0.5, 0], 2, 1],
    [[3, 2, 1], [1, 2, 3], 2, 1 / 3],
    [[3, 2, 0, 0], [0, 0, 2, 3], 2, 0],
    [[0, 0], [0, 0], 2, 1],
    [[1, 0], [1, 0], 5, 1],
    [[1, 0], [0, 0], 5, 0],
  ])('of %j and %j, the first %i, is %f', (a, b, top, expected) => {
    expect(topJaccard(a, b, top)).toBeCloseTo(expected, 12);
  });
});

/** p = Σ wᵢ xᵢ of values in {0, 1}. */
const weights = [0.5, 0.3, 0.15, 0.05];
const additive: ModelFunction = (x, rows) =>
  Promise.resolve(
    Float64Array.from({ length: rows }, (_, row) =>
      weights.reduce((sum, weight, i) => sum + weight * x[row * 4 + i]!, 0),
    ),
  );
const game = {
  model: additive,
  row: Float32Array.of(1, 1, 1, 1),
  background: { x: new Float32Array(4), rows: 1, values: 4 },
  classIndex: 0,
};

describe('deletion and insertion', () => {
  it('are the areas under what is left and what is there, in closed form', async () => {
    const found = await deletionInsertion(game, weights, 4);
    // Left: 1, 0.5, 0.2, 0.05, 0; there: 0, 0.5, 0.8, 0.95, 1.
    expect(found.deletion).toBeCloseTo((0.5 + 0.5 + 0.2 + 0.05 + 0) / 4, 12);
    expect(found.insertion).toBeCloseTo((0 + 0.5 + 0.8 + 0.95 + 0.5) / 4, 12);
  });

  it('change places where the order is turned round, and may go by larger parts', async () => {
    const right = await deletionInsertion(game, weights, 10);
    const wrong = await deletionInsertion(
      game,
      weights.map((weight) => -weight),
      10,
    );
    expect(right.insertion - right.deletion).toBeGreaterThan(0.3);
    expect(wrong.insertion - wrong.deletion).toBeCloseTo(right.deletion - right.insertion, 12);
    const coarse = await deletionInsertion(game, weights, 2);
    // Left: 1, 0.2, 0.
    expect(coarse.deletion).toBeCloseTo((1 + 0.2) / 4 + 0.2 / 4, 12);
  });
});

describe('doubts', () => {
  const quality = { seeds: 2, rankCorrelation: 0.9, topJaccard: 1, deletion: 0.2, insertion: 0.7 };
  const attributions = [0.05, -0.02];
  const sound = { attributions, error: 1e-4, samplingError: null, quality };

  it('has none about an explanation within all bounds, or of which nothing is known', () => {
    expect(doubtsOf(sound)).toEqual([]);
    expect(doubtsOf({ attributions, error: null, samplingError: null })).toEqual([]);
    const unknown = {
      seeds: 1,
      rankCorrelation: null,
      topJaccard: null,
      deletion: null,
      insertion: null,
    };
    expect(doubtsOf({ attributions, error: null, samplingError: null, quality: unknown })).toEqual(
      [],
    );
  });

  it.each([
    [{ error: 0.002 }, 'additivity error 0.002 > 0.001'],
    [{ samplingError: 0.02 }, 'sampling error 0.02 > 0.01'],
    [{ quality: { ...quality, rankCorrelation: 0.4 } }, 'rank correlation over seeds 0.4 < 0.5'],
    [{ quality: { ...quality, topJaccard: 0.25 } }, 'top features in common over seeds 0.25 < 0.3'],
    [{ quality: { ...quality, deletion: 0.8 } }, 'insertion minus deletion -0.1 < 0'],
  ])('doubts %j', (change, doubt) => {
    expect(doubtsOf({ ...sound, ...change })).toEqual([doubt]);
  });

  it('leaves a draw alone that moves no value by a tenth of the strongest, where there is no sum', () => {
    const strong = { ...sound, error: null, attributions: [0.5, -0.1] };
    expect(doubtsOf({ ...strong, samplingError: 0.04 })).toEqual([]);
    expect(doubtsOf({ ...strong, error: 0, samplingError: 0.04 })).toHaveLength(1);
    expect(doubtsOf({ ...strong, samplingError: 0.06 })).toEqual(['sampling error 0.06 > 0.05']);
  });

  it('doubts a rule that is not precise enough', () => {
    const rule = { predicates: [], precision: { value: 0.8, low: 0.7, high: 0.9 }, coverage: 0.1 };
    const found = { attributions: [], error: null, samplingError: null };
    expect(doubtsOf({ ...found, rule: { ...rule, status: 'found' } })).toEqual([]);
    expect(doubtsOf({ ...found, rule: { ...rule, status: 'none' } })).toEqual([
      'no rule is precise enough',
    ]);
  });

  it('goes by the bounds that are given', () => {
    expect(doubtsOf(sound, { ...USUAL_BOUNDS, minTopJaccard: 1 })).toEqual([]);
    expect(doubtsOf(sound, { ...USUAL_BOUNDS, minFaithfulness: 0.6 })).toHaveLength(1);
  });
});
