/** What test/golden/drift-statistics.py wrote. */
import { readFileSync } from 'node:fs';
import type { BinCounts } from '../../../../src/ml/audit/population-stability-index.ts';

export const golden = JSON.parse(
  readFileSync(new URL('../../../golden/drift-statistics.json', import.meta.url), 'utf8'),
) as {
  readonly samples: readonly {
    readonly name: string;
    readonly reference: readonly number[];
    readonly current: readonly number[];
    readonly ks: readonly [statistic: number, pValue: number];
    readonly wasserstein: number;
  }[];
  readonly tails: readonly (readonly [n: number, d: number, tail: number])[];
  readonly bins: readonly (BinCounts & { readonly distance: number })[];
};
