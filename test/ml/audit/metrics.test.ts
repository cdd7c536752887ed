import { readFileSync } from 'node:fs';
import { quantile } from '../../../src/ml/audit/bootstrap.ts';
import { calibrationOf } from '../../../src/ml/audit/calibration.ts';
import {
  accuracyOf,
  classFigures,
  confusionOf,
  crossEntropyOf,
  predictedClasses,
} from '../../../src/ml/audit/metrics.ts';

interface GoldenCase {
  readonly name: string;
  readonly labels: number[];
  readonly probabilities: number[][];
  readonly predicted: number[];
  readonly accuracy: number;
  readonly crossEntropy: number;
  readonly confusion: number[][];
  readonly precision: (number | null)[];
  readonly recall: (number | null)[];
  readonly f1: (number | null)[];
  readonly support: number[];
  readonly ece: number;
  readonly binRows: number[];
}

const { cases, quantiles } = JSON.parse(
  readFileSync(new URL('../../golden/metrics.json', import.meta.url), 'utf8'),
) as {
  cases: GoldenCase[];
  quantiles: { values: number[]; shares: number[]; expected: number[] };
};

function expectClose(found: number | null, wanted: number | null) {
  if (wanted === null || found === null) expect(found).toBe(wanted);
  else expect(Math.abs(found - wanted)).toBeLessThan(1e-10);
}

describe.each(cases.map((one) => [one.name, one] as const))('metrics of %s', (_, golden) => {
  const classes = golden.probabilities[0]!.length;
  const table = { values: golden.probabilities.flat(), rows: golden.labels.length, classes };
  const predicted = predictedClasses(table);

  it('predicts, counts and scores as scikit-learn', () => {
    expect([...predicted]).toEqual(golden.predicted);
    expect(confusionOf(golden.labels, predicted, classes)).toEqual(golden.confusion);
    expectClose(accuracyOf(golden.labels, predicted), golden.accuracy);
    const figures = classFigures(golden.confusion);
    expect(figures.map(({ rows }) => rows)).toEqual(golden.support);
    figures.forEach((figure, index) => {
      expectClose(figure.precision, golden.precision[index]!);
      expectClose(figure.recall, golden.recall[index]!);
      expectClose(figure.f1, golden.f1[index]!);
    });
  });

  it('has the calibration error of an independent computation', () => {
    const { expectedCalibrationError, bins } = calibrationOf(golden.labels, table, 15);
    expectClose(expectedCalibrationError, golden.ece);
    expect(bins.map(({ rows }) => rows)).toEqual(golden.binRows);
  });
});

describe('crossEntropyOf', () => {
  it.each(cases.filter(({ name }) => name === 'ordinary' || name === 'constant prediction'))(
    'equals scikit-learn for $name',
    ({ labels, probabilities, crossEntropy }) => {
      const classes = probabilities[0]!.length;
      const table = { values: probabilities.flat(), rows: labels.length, classes };
      expectClose(crossEntropyOf(labels, table), crossEntropy);
    },
  );

  it('stays finite where the true class has probability 0', () => {
    const table = { values: [1, 0], rows: 1, classes: 2 };
    expect(crossEntropyOf([1], table)).toBeCloseTo(-Math.log(1e-7), 12);
  });
});

describe('quantile', () => {
  it('interpolates as numpy', () => {
    const sorted = Float64Array.from(quantiles.values).sort();
    quantiles.shares.forEach((share, index) =>
      expectClose(quantile(sorted, share), quantiles.expected[index]!),
    );
  });
});
