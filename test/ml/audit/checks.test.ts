import { judge as judgeComparisons, worstStatus } from '../../../src/ml/audit/checks.ts';
import {
  calibrationComparison,
  noiseComparison,
  performanceComparisons,
  type NoiseBounds,
  type PerformanceBounds,
} from '../../../src/ml/audit/performance-checks.ts';

const figures = {
  accuracy: { value: 0.95, low: 0.93, high: 0.97 },
  confidence: 0.95,
  expectedCalibrationError: 0.04,
  noise: [{ standardDeviation: 0.1, accuracy: 0.9, drop: 0.05 }],
  perClass: [
    { class: 'a', rows: 9, precision: 1, recall: 0.9, f1: 0.95 },
    { class: 'b', rows: 5, precision: 1, recall: 0.6, f1: 0.7 },
    { class: 'absent', rows: 0, precision: null, recall: null, f1: null },
  ],
};

type Bounds = PerformanceBounds & NoiseBounds & Parameters<typeof calibrationComparison>[1];

const judge = (measured: typeof figures, bounds: Bounds) =>
  judgeComparisons([
    ...performanceComparisons(measured, bounds),
    ...noiseComparison(measured, bounds),
    ...calibrationComparison(measured, bounds),
  ]);

describe('judge', () => {
  it('passes a value that equals its bound', () => {
    const checks = judge(figures, {
      accuracy: { min: 0.95, onFail: 'fail' },
      calibration: { max: 0.04, onFail: 'fail' },
      noise: { standardDeviation: 0.1, maxDrop: 0.05, onFail: 'fail' },
    });
    expect(checks.map(({ status }) => status)).toEqual(['pass', 'pass', 'pass']);
    expect(worstStatus(checks)).toBe('pass');
  });

  it('gives a missed bound the status its onFail names', () => {
    const checks = judge(figures, {
      accuracy: { min: 0.96, onFail: 'fail' },
      accuracyLowerBound: { min: 0.94, onFail: 'flag' },
      calibration: { max: 0.03, onFail: 'flag' },
      noise: { standardDeviation: 0.1, maxDrop: 0.01, onFail: 'fail' },
    });
    const found = Object.fromEntries(checks.map(({ name, status }) => [name, status]));
    expect(found).toEqual({
      accuracy: 'fail',
      accuracyLowerBound: 'flag',
      calibration: 'flag',
      noise: 'fail',
    });
    expect(worstStatus(checks)).toBe('fail');
    expect(worstStatus(checks.filter(({ status }) => status !== 'fail'))).toBe('flag');
  });

  it('holds the smallest recall, of classes that have rows, against its bound', () => {
    const [check] = judge(figures, { recallPerClass: { min: 0.85, onFail: 'flag' } });
    expect(check).toMatchObject({
      name: 'recallPerClass',
      status: 'flag',
      value: 0.6,
      bound: 0.85,
    });
    expect(check!.message).toContain('"b"');
  });

  it('tells value and bound apart in words, however near they are', () => {
    const near = { ...figures, accuracy: { value: 0.959999, low: 0, high: 1 } };
    const [check] = judge(near, { accuracy: { min: 0.96, onFail: 'fail' } });
    expect(check!.message).toBe(
      'accuracy is 0.959999, which misses the bound of at least 0.960000',
    );
  });

  it('judges nothing without bounds', () => {
    expect(judge(figures, {})).toEqual([]);
    expect(worstStatus([])).toBe('pass');
  });
});
