/** What lime 0.2 and shap 0.51 find: see test/golden/local-surrogate.py. */
import { readFileSync } from 'node:fs';
import type { ModelFunction } from '../../../../src/ml/explain/model-function.ts';

export interface ReferenceFit {
  readonly limit: number;
  readonly features: readonly number[];
  readonly coefficients: readonly number[];
  readonly intercept: number;
  readonly r2: number;
  readonly localPrediction: number;
}

export interface ReferenceSurrogate {
  readonly width: number;
  readonly masks: readonly string[];
  readonly outputs: readonly number[];
  readonly weights: readonly number[];
  readonly fits: readonly ReferenceFit[];
}

interface Reference {
  readonly bins: readonly {
    readonly name: string;
    readonly column: readonly number[];
    readonly lows: readonly number[];
    readonly highs: readonly number[];
    readonly means: readonly number[];
    readonly deviations: readonly number[];
    readonly frequencies: readonly number[];
    readonly names: readonly string[];
    readonly values: readonly number[];
    readonly binOf: readonly number[];
  }[];
  readonly surrogates: Readonly<
    Record<'table' | 'text' | 'picture', readonly ReferenceSurrogate[]>
  >;
  readonly texts: readonly {
    readonly text: string;
    readonly words: readonly string[];
    readonly starts: readonly (readonly number[])[];
    readonly removals: readonly { readonly removed: readonly number[]; readonly left: string }[];
  }[];
  readonly picture: {
    readonly shape: readonly [number, number, number];
    readonly x: readonly number[];
    readonly segments: readonly number[];
    readonly masks: readonly string[];
    readonly pictures: readonly (readonly number[])[];
  };
  readonly model: { readonly w: readonly number[]; readonly pair: readonly number[] };
  readonly endToEnd: {
    readonly training: readonly (readonly number[])[];
    readonly row: readonly number[];
    readonly tops: readonly (readonly number[])[];
    readonly betweenSeeds: { readonly mean: number; readonly deviation: number };
    /** Of intercept, R² and local prediction. */
    readonly means: readonly number[];
    readonly deviations: readonly number[];
  };
  readonly permutations: readonly {
    readonly samples: number;
    readonly row: readonly number[];
    readonly background: readonly (readonly number[])[];
    readonly orders: readonly (readonly number[])[];
    readonly values: readonly number[];
    readonly base: number;
  }[];
}

export const reference = JSON.parse(
  readFileSync(new URL('../../../golden/local-surrogate.json', import.meta.url), 'utf8'),
) as Reference;

/** P(1) = σ(Σᵢ wᵢxᵢ + uᵢxᵢxᵢ₊₁), in float64. */
export const referenceModel: ModelFunction = (x, rows) => {
  const { w, pair } = reference.model;
  const values = w.length;
  const answers = new Float64Array(2 * rows);
  for (let row = 0; row < rows; row += 1) {
    const own = x.subarray(row * values, (row + 1) * values);
    let logit = 0;
    for (let i = 0; i < values; i += 1) {
      logit += w[i]! * own[i]! + pair[i]! * own[i]! * own[(i + 1) % values]!;
    }
    const p = 1 / (1 + Math.exp(-logit));
    answers.set([1 - p, p], 2 * row);
  }
  return Promise.resolve(answers);
};

export const masksOf = (rows: readonly string[]): Uint8Array =>
  Uint8Array.from(rows.join(''), Number);
