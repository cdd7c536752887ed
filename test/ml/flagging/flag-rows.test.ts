import { flagRows } from '../../../src/ml/flagging/flag-rows.ts';

const rows = [
  [0.9, 0.05, 0.05],
  [0.41, 0.39, 0.2],
  [0.55, 0.4, 0.05],
  [0.41, 0.3, 0.29],
  [0.5, 0.5, 0],
];
const table = { values: rows.flat(), rows: rows.length, classes: 3 };

describe('flagRows', () => {
  it('puts the least confident first, ties in row order, and says why', () => {
    expect(flagRows(table, { confidenceBelow: 0.6 })).toEqual([
      { row: 1, confidence: 0.41, reason: 'confidence 0.41 < 0.60' },
      { row: 3, confidence: 0.41, reason: 'confidence 0.41 < 0.60' },
      { row: 4, confidence: 0.5, reason: 'confidence 0.50 < 0.60' },
      { row: 2, confidence: 0.55, reason: 'confidence 0.55 < 0.60' },
    ]);
  });

  it('joins the reasons of several rules', () => {
    const flagged = flagRows(table, { confidenceBelow: 0.45, marginBelow: 0.05 });
    expect(flagged.map(({ row, reason }) => [row, reason])).toEqual([
      [1, 'confidence 0.41 < 0.45 and margin 0.02 < 0.05'],
      [3, 'confidence 0.41 < 0.45'],
      [4, 'margin 0.00 < 0.05'],
    ]);
  });

  it('does not flag a row at the bound, nor anything without rules', () => {
    expect(flagRows(table, { confidenceBelow: 0.41 })).toEqual([]);
    expect(flagRows(table, {})).toEqual([]);
  });

  it('writes as many decimals as the comparison needs', () => {
    const near = { values: [0.59999, 0.40001], rows: 1, classes: 2 };
    expect(flagRows(near, { confidenceBelow: 0.6 })[0]!.reason).toBe(
      'confidence 0.59999 < 0.60000',
    );
  });
});
