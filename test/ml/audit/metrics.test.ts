import { readFileSync } from 'node:fs';
import { quantile } from '../../../src/ml/audit/bootstrap.ts';
import { calibrationOf } from '../../../src/ml/audit/calibration.ts';
import { measureMetrics } from '../../../src/ml/audit/measure-metrics.ts';
import { METRIC_NAMES, type MetricName } from '../../../src/ml/audit/metric-names.ts';
import {
  accuracyOf,
  classFigures,
  confusionOf,
  crossEntropyOf,
  predictedClasses,
} from '../../../src/ml/audit/metrics.ts';
import { regressionMetrics } from '../../../src/ml/audit/regression-metrics.ts';
import { CounterRandom } from '../../../src/ml/random.ts';

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
  readonly metrics: Record<string, number | null>;
  readonly binRows: number[];
}

const { cases, quantiles, regression } = JSON.parse(
  readFileSync(new URL('../../golden/metrics.json', import.meta.url), 'utf8'),
) as {
  cases: GoldenCase[];
  regression: (Record<'rmse' | 'mae' | 'r2', number | null> & {
    name: string;
    true: number[];
    predicted: number[];
  })[];
  quantiles: { values: number[]; shares: number[]; expected: number[] };
};

const random = () => new CounterRandom({ seed: 1, stream: 'test' });
const tableOf = (probabilities: number[][]) => ({
  values: probabilities.flat(),
  rows: probabilities.length,
  classes: probabilities[0]!.length,
});

function expectClose(found: number | null | undefined, wanted: number | null) {
  if (typeof wanted !== 'number' || typeof found !== 'number') expect(found).toBe(wanted);
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

  it('has every other figure of scikit-learn, and says why one is undefined', async () => {
    const names = Array.from({ length: classes }, (_, index) => `class ${index}`);
    const { metrics, perClass } = await measureMetrics(
      { labels: golden.labels, table, calibrationBins: 15 },
      { classes: names, samples: 20, confidence: 0.9, random: random() },
    );
    const wanted = { ...golden.metrics, expectedCalibrationError: golden.ece };
    expect(Object.keys(metrics).sort()).toEqual(Object.keys(wanted).sort());
    for (const [name, value] of Object.entries(wanted)) {
      const found = metrics[name as MetricName];
      expectClose(found.value, value);
      if (found.value === null) expect(found.reason).toMatch(/^(no|every) row is /);
    }
    perClass.forEach((figures, index) => {
      expectClose(figures.precision.value, golden.precision[index]!);
      expectClose(figures.recall.value, golden.recall[index]!);
      expectClose(figures.f1.value, golden.f1[index]!);
    });
    expect(JSON.stringify({ metrics, perClass })).not.toMatch(/NaN|Infinity/);
  });
});

describe('measureMetrics', () => {
  const { labels, probabilities } = cases.find(({ name }) => name === 'ordinary')!;
  const rows = { labels, table: tableOf(probabilities), calibrationBins: 15 };
  const options = { classes: ['a', 'b', 'c', 'd'], samples: 40, confidence: 0.8 };

  it('has the intervals of figures taken of the drawn rows themselves', async () => {
    const measured = await measureMetrics(rows, { ...options, random: random() });
    const draws = random();
    const resampled = [];
    for (let sample = 0; sample < options.samples; sample += 1) {
      const drawn = labels.map(() => draws.integer(labels.length));
      const again = {
        labels: drawn.map((row) => labels[row]!),
        table: tableOf(drawn.map((row) => probabilities[row]!)),
        calibrationBins: 15,
      };
      resampled.push(await measureMetrics(again, { ...options, samples: 1, random: random() }));
    }
    for (const name of METRIC_NAMES) {
      const values = Float64Array.from(resampled, ({ metrics }) => metrics[name].value!).sort();
      const found = measured.metrics[name];
      if (found.value === null) throw new Error(found.reason);
      expectClose(found.low, quantile(values, 0.1));
      expectClose(found.high, quantile(values, 0.9));
    }
    const areas = Float64Array.from(resampled, ({ perClass }) => perClass[2]!.rocAuc.value!).sort();
    expect(measured.perClass[2]!.rocAuc).toHaveProperty('low');
    expectClose((measured.perClass[2]!.rocAuc as { low: number }).low, quantile(areas, 0.1));
  });

  it('leaves out resamples that lack a rare class, and says how many', async () => {
    const rare = {
      labels: [0, 0, 0, 1],
      table: tableOf([
        [0.9, 0.1],
        [0.8, 0.2],
        [0.4, 0.6],
        [0.3, 0.7],
      ]),
      calibrationBins: 15,
    };
    const { metrics } = await measureMetrics(rare, {
      ...{ classes: ['often', 'rare'], samples: 400, confidence: 0.95 },
      random: random(),
    });
    // Of four draws none is the one row with probability (3/4)⁴ ≈ 0.316, and all with (1/4)⁴.
    const { leftOut } = metrics.rocAuc as { leftOut: number };
    expect(leftOut / 400).toBeGreaterThan(0.25);
    expect(leftOut / 400).toBeLessThan(0.39);
    expect(metrics.rocAuc).toMatchObject({ value: 1, low: 1, high: 1 });
  });

  it('lets others in between resamples, who may stop it', async () => {
    const stop = () => Promise.reject(new Error('cancelled'));
    await expect(
      measureMetrics(rows, { ...options, random: random(), pause: stop }),
    ).rejects.toThrow('cancelled');
  });
});

describe('regressionMetrics', () => {
  it.each(regression)('equals scikit-learn for $name', ({ true: truth, predicted, ...wanted }) => {
    const found = regressionMetrics(truth, predicted);
    for (const name of ['rmse', 'mae', 'r2'] as const) {
      expectClose(found[name].value, wanted[name]);
    }
  });

  it('is undefined without rows', () => {
    expect(regressionMetrics([], []).rmse).toEqual({ value: null, reason: 'there are no rows' });
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
