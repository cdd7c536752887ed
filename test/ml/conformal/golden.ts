/** What scikit-learn and scipy gave: test/golden/conformal.py. */
import { readFileSync } from 'node:fs';

interface Golden {
  readonly models: Readonly<
    Record<
      'breast-cancer' | 'digits',
      { readonly labels: readonly number[]; readonly probabilities: readonly (readonly number[])[] }
    >
  >;
  readonly values: {
    readonly truth: readonly number[];
    readonly predicted: readonly number[];
    readonly spread: readonly number[];
  };
  readonly bands: readonly (readonly [number, number, number, number, number])[];
  readonly intervals: readonly (readonly [number, number, number, number])[];
  readonly tails: readonly (readonly [number, number, number, number])[];
}

const FILE = new URL('../../golden/conformal.json', import.meta.url);

export const GOLDEN = JSON.parse(readFileSync(FILE, 'utf8')) as Golden;
