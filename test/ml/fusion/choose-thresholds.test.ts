import fc from 'fast-check';
import { chooseThresholds, NEVER } from '../../../src/ml/fusion/choose-thresholds.ts';

const member = (confidences: readonly number[], right: readonly number[]) => ({
  confidences: Float32Array.from(confidences),
  right: Uint8Array.from(right),
});

/** Rows that a cascade of two gets right, and those that the first answers. */
function cascade(threshold: number, first: ReturnType<typeof member>, last: Uint8Array) {
  let [right, answered] = [0, 0];
  first.confidences.forEach((confidence, row) => {
    const isSure = confidence >= threshold;
    right += (isSure ? first.right[row] : last[row]) as number;
    answered += Number(isSure);
  });
  return { right, answered };
}

describe('the thresholds of a cascade', () => {
  it('let the first member answer all that costs no accuracy', () => {
    const last = member([1, 1, 1, 1], [1, 1, 1, 0]);
    // Wrong at 0.6 where the last is right, right at 0.5 where the last is wrong.
    expect(chooseThresholds([member([0.9, 0.6, 0.8, 0.5], [1, 0, 1, 1]), last], 0)).toEqual([
      Math.fround(0.5),
    ]);
    const first = member([0.9, 0.6, 0.8, 0.5], [1, 0, 1, 0]);
    expect(chooseThresholds([first, last], 0)).toEqual([Math.fround(0.8)]);
    expect(chooseThresholds([first, last], 0.25)).toEqual([Math.fround(0.5)]);
  });

  it('let a member answer nothing that is always worse', () => {
    const last = member([1, 1], [1, 1]);
    expect(chooseThresholds([member([0.9, 0.9], [0, 1]), last], 0)).toEqual([NEVER]);
  });

  it('are the lowest that keep the accuracy, as trying all of them says', () => {
    const rows = fc.array(
      fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 1 }), fc.integer({ min: 0, max: 1 })),
      { minLength: 1, maxLength: 12 },
    ); // prettier-ignore
    fc.assert(
      fc.property(rows, fc.constantFrom(0, 0.1, 0.34), (table, maxDrop) => {
        const first = member(table.map(([c]) => c / 8), table.map(([, right]) => right)); // prettier-ignore
        const last = member(table.map(() => 1), table.map(([, , right]) => right)); // prettier-ignore
        const alone = last.right.reduce((sum, right) => sum + right, 0);
        const allowed = [...first.confidences, NEVER].filter(
          (threshold) =>
            cascade(threshold, first, last.right).right >= alone - maxDrop * table.length - 1e-9,
        );
        const [threshold] = chooseThresholds([first, last], maxDrop);
        expect(threshold).toBe(Math.min(...allowed));
      }),
      { seed: 3 },
    );
  });
});
