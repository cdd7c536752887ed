import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { logLossOfRow } from '../../../src/ml/audit/probability-losses.ts';
import { predictedClasses } from '../../../src/ml/audit/metrics.ts';
import { fitTemperature } from '../../../src/ml/fusion/fit-temperature.ts';
import { applyTemperature } from '../../../src/ml/fusion/temperature-classifier.ts';

const { cases } = JSON.parse(
  readFileSync(new URL('../../golden/temperature.json', import.meta.url), 'utf8'),
) as {
  cases: {
    name: string;
    labels: number[];
    probabilities: number[][];
    temperature: number;
    logLoss: number;
  }[];
};

const tableOf = (probabilities: number[][]) => ({
  values: probabilities.flat(),
  rows: probabilities.length,
  classes: probabilities[0]!.length,
});

describe('fitTemperature', () => {
  it.each(cases)('finds the minimum of scipy for $name', (golden) => {
    const table = tableOf(golden.probabilities);
    const temperature = fitTemperature(golden.labels, table);
    // A search without derivatives cannot tell T better than by the root of float64's precision.
    expect(Math.abs(temperature / golden.temperature - 1)).toBeLessThan(1e-6);
    const after = { ...table, values: applyTemperature(table, temperature) };
    const losses = golden.labels.map((label, row) => logLossOfRow(label, after, row));
    const mean = losses.reduce((sum, one) => sum + one, 0) / losses.length;
    expect(Math.abs(mean - golden.logLoss)).toBeLessThan(1e-6);
  });

  it('finds by closed form what makes one confidence the share that is right', () => {
    // Of ten rows with p = 0.9 seven are right: (ln 9)/T = ln(7/3).
    const labels = [0, 0, 0, 0, 0, 0, 0, 1, 1, 1];
    const temperature = fitTemperature(labels, tableOf(labels.map(() => [0.9, 0.1])));
    expect(temperature).toBeCloseTo(Math.log(9) / Math.log(7 / 3), 12);
  });

  it.each([
    ['always right', [0, 0], 0.01],
    ['never right', [1, 1], 100],
  ])('ends at its bounds for a model that is %s', (_, labels, wanted) => {
    expect(fitTemperature(labels, tableOf(labels.map(() => [0.8, 0.2])))).toBe(wanted);
  });

  it('changes nothing for good where every class is as likely', () => {
    const table = tableOf([[0.5, 0.5]]);
    expect([...applyTemperature(table, fitTemperature([1], table))]).toEqual([0.5, 0.5]);
  });
});

describe('applyTemperature', () => {
  it('never moves the likeliest class, however near another one is', () => {
    const value = fc.integer({ min: 1, max: 40 }).map((n) => Math.fround(n / 40 + n * 2e-8));
    const rows = fc.array(fc.tuple(value, value, value), { minLength: 1, maxLength: 10 });
    const temperatures = fc.double({ min: 0.01, max: 100, noNaN: true });
    const near: [number, number, number] = [0.33333331, 0.33333334, 0.33333332];
    fc.assert(
      fc.property(rows, temperatures, (drawn, temperature) => {
        const table = tableOf([near, ...drawn].map((row) => [...row].map(Math.fround)));
        const after = { ...table, values: applyTemperature(table, temperature) };
        expect([...predictedClasses(after)]).toEqual([...predictedClasses(table)]);
      }),
      { seed: 2 },
    );
  });
});
