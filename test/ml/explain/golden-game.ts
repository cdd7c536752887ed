/** The nonlinear model of test/golden/explain.py, in float64, and what the reference found. */
import { readFileSync } from 'node:fs';
import type { CoalitionGame } from '../../../src/ml/explain/coalition-values.ts';
import type { ModelFunction } from '../../../src/ml/explain/model-function.ts';

interface GoldenCase {
  readonly row: number[];
  readonly background: number[][];
  readonly classIndex: number;
  readonly output: number;
  readonly baseOutput: number;
  readonly kernel: number[];
  readonly exact: number[];
}

interface Golden {
  readonly model: { readonly w: number[][]; readonly pair: number[][]; readonly bias: number[] };
  readonly cases: GoldenCase[];
  readonly quadratures: { count: number; nodes: number[]; weights: number[] }[];
  readonly enumerations: { size: number; samples: number; masks: string[]; weights: number[] }[];
}

export const golden = JSON.parse(
  readFileSync(new URL('../../golden/explain.json', import.meta.url), 'utf8'),
) as Golden;

/** softmax over c of b_c + Σᵢ w_ci xᵢ + Σᵢ u_ci xᵢ xᵢ₊₁. */
export const goldenModel: ModelFunction = (x, rows) => {
  const { w, pair, bias } = golden.model;
  const values = x.length / rows;
  const all: number[] = [];
  for (let row = 0; row < rows; row += 1) {
    const one = x.subarray(row * values, (row + 1) * values);
    const powers = bias.map((start, c) => {
      let logit = start;
      one.forEach((value, i) => {
        logit += w[c]![i]! * value + pair[c]![i]! * value * one[(i + 1) % values]!;
      });
      return Math.exp(logit);
    });
    const sum = powers.reduce((a, b) => a + b, 0);
    all.push(...powers.map((power) => power / sum));
  }
  return Promise.resolve(Float64Array.from(all));
};

export function gameOf({ row, background, classIndex }: GoldenCase): CoalitionGame {
  return {
    model: goldenModel,
    row: Float32Array.from(row),
    background: {
      x: Float32Array.from(background.flat()),
      rows: background.length,
      values: row.length,
    },
    classIndex,
  };
}

/** Largest |a − b|. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Math.max(...Array.from(a, (value, index) => Math.abs(value - b[index]!)));
}
