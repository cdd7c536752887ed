/** The data and model of test/golden/global-explanations.py, and what the references found. */
import { readFileSync } from 'node:fs';
import type { ModelFunction, RowBlock } from '../../../../src/ml/explain/model-function.ts';

export interface GoldenNode {
  readonly rows: number;
  readonly counts: number[];
  readonly value?: number;
  readonly threshold?: number;
  readonly low?: GoldenNode;
  readonly high?: GoldenNode;
}

interface Golden {
  readonly model: { readonly w: number[][]; readonly pair: number[] };
  readonly x: number[][];
  readonly labels: number[];
  readonly permutation: {
    readonly orders: number[][][];
    readonly score: number;
    readonly features: { drops: number[]; mean: number; std: number }[];
  };
  readonly dependence: {
    readonly feature: number;
    readonly resolution: number;
    readonly grid: number[];
    readonly average: number[][];
    readonly individual: number[][][];
  }[];
  readonly prototypes: {
    readonly count: number;
    readonly gamma: number;
    readonly prototypes: number[];
    readonly criticisms: number[];
    readonly nearest: number[];
    readonly discrepancy: number;
  }[];
  readonly trees: { depth: number; leaf: number; tree: GoldenNode; classes: number[] }[];
  readonly spearman: { readonly a: number[]; readonly b: number[]; readonly rho: number };
}

export const golden = JSON.parse(
  readFileSync(new URL('../../../golden/global-explanations.json', import.meta.url), 'utf8'),
) as Golden;

export const block: RowBlock = {
  x: Float32Array.from(golden.x.flat()),
  rows: golden.x.length,
  values: golden.x[0]!.length,
};

/** softmax over c of Σᵢ w_ci xᵢ + u_c x₀ x₁. */
export const model: ModelFunction = (x, rows) => {
  const { w, pair } = golden.model;
  const values = x.length / rows;
  const all: number[] = [];
  for (let row = 0; row < rows; row += 1) {
    const one = x.subarray(row * values, (row + 1) * values);
    const powers = w.map((weights, c) =>
      Math.exp(
        weights.reduce((sum, weight, i) => sum + weight * one[i]!, 0) +
          pair[c]! * one[0]! * one[1]!,
      ),
    );
    const sum = powers.reduce((a, b) => a + b, 0);
    all.push(...powers.map((power) => power / sum));
  }
  return Promise.resolve(Float64Array.from(all));
};
