/** What test/golden/drift.py wrote. */
import { readFileSync } from 'node:fs';
import type { BinCounts } from '../../../src/ml/audit/population-stability-index.ts';

interface Case<Value> {
  readonly name: string;
  readonly reference: readonly (Value | null)[];
  readonly current: readonly (Value | null)[];
  readonly counts: BinCounts;
  readonly index: { readonly value: number; readonly pValue: number };
}

export const golden = JSON.parse(
  readFileSync(new URL('../../golden/drift.json', import.meta.url), 'utf8'),
) as {
  readonly numbers: readonly Case<number>[];
  readonly categories: readonly Case<string>[];
  readonly tails: readonly (readonly [x: number, degrees: number, tail: number])[];
};
