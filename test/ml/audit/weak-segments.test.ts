import { findWeakSegments, type Condition } from '../../../src/ml/audit/weak-segments.ts';
import { CounterRandom } from '../../../src/ml/random.ts';

const ROWS = 2_000;
const SEARCH = { maxDepth: 2 as const, minRows: 30, alpha: 0.1 };

/** Six columns of four values each, independent of each other and of the errors. */
function randomConditions(random: CounterRandom): Condition[] {
  return Array.from({ length: 6 }, (_, column) => {
    const values = Int32Array.from({ length: ROWS }, () => random.integer(4));
    return [0, 1, 2, 3].map((value) => ({
      column: `c${column}`,
      text: `c${column} is ${value}`,
      holds: values.map((one) => (one === value ? 1 : 0)),
    }));
  }).flat();
}

/** @param rateOf  chance that a row is wrong. */
function problem(seed: number, rateOf: (holds: (text: string) => boolean) => number) {
  const random = new CounterRandom({ seed, stream: 'test-weak-segments' });
  const conditions = randomConditions(random);
  const at = (row: number) => (text: string) =>
    conditions.find((one) => one.text === text)?.holds[row] === 1;
  const wrong = Uint8Array.from({ length: ROWS }, (_, row) =>
    random.uniform() < rateOf(at(row)) ? 1 : 0,
  );
  return { conditions, wrong };
}

describe('findWeakSegments', () => {
  it('finds a planted segment, and not its parts by chance', () => {
    const { conditions, wrong } = problem(1, (holds) => (holds('c2 is 1') ? 0.3 : 0.1));
    const found = findWeakSegments(conditions, wrong, SEARCH);
    const [first] = found.segments;
    expect(first!.conditions).toEqual(['c2 is 1']);
    const inside = conditions.find(({ text }) => text === 'c2 is 1')!.holds;
    const rows = wrong.filter((_, row) => inside[row] === 1);
    expect(first!.rows).toBe(rows.length);
    expect(first!.errorRate).toBeCloseTo(rows.reduce((a, b) => a + b, 0) / rows.length, 12);
    expect(found.explained).toBeGreaterThan(0);
    expect(found.segments.length).toBeLessThanOrEqual(3);
  });

  it('finds a planted pair that neither condition shows alone', () => {
    const planted = (holds: (text: string) => boolean) =>
      holds('c0 is 3') && holds('c4 is 2') ? 0.6 : 0.1;
    const hits = [1, 2, 3, 4, 5].filter((seed) => {
      const { conditions, wrong } = problem(seed, planted);
      const { segments } = findWeakSegments(conditions, wrong, SEARCH);
      return segments.some((one) => one.conditions.join() === 'c0 is 3,c4 is 2');
    });
    expect(hits).toEqual([1, 2, 3, 4, 5]);
  });

  it('finds anything where there is nothing about as rarely as alpha says', () => {
    const seeds = Array.from({ length: 200 }, (_, seed) => seed);
    const alarms = seeds.filter((seed) => {
      const { conditions, wrong } = problem(seed, () => 0.2);
      return findWeakSegments(conditions, wrong, SEARCH).segments.length > 0;
    });
    // 0.1 and three standard errors of 200 seeds.
    expect(alarms.length / 200).toBeLessThan(0.1 + 3 * Math.sqrt((0.1 * 0.9) / 200));
    // Uncorrected, 240 tests at 0.1 would find something in every one.
    expect(findWeakSegments(...tuple(problem(0, () => 0.2)), SEARCH).tried).toBe(24 + 15 * 16);
  });

  it('tries no pair of one column, no segment that is too small, and no part that is all rows', () => {
    const holds = (rows: number) => Uint8Array.from({ length: 40 }, (_, at) => (at < rows ? 1 : 0));
    const conditions = [
      { column: 'a', text: 'a is 1', holds: holds(5) },
      { column: 'a', text: 'a is 2', holds: holds(20) },
      { column: 'b', text: 'b is 1', holds: holds(40) },
    ];
    const { tried } = findWeakSegments(conditions, holds(3), { ...SEARCH, minRows: 10 });
    expect(tried).toBe(1);
  });

  it('has nothing to say of a model that is never or always wrong', () => {
    const { conditions } = problem(3, () => 0);
    for (const error of [0, 1]) {
      const { segments } = findWeakSegments(conditions, new Uint8Array(ROWS).fill(error), SEARCH);
      expect(segments).toEqual([]);
    }
  });
});

const tuple = ({ conditions, wrong }: ReturnType<typeof problem>) => [conditions, wrong] as const;
