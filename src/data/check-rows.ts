/** What may be wrong with the rows of a data set without making it unusable. */
import type { FeatureColumns } from './feature-columns.ts';
import type { RowsOfParts } from './split.ts';
import { columnOf, type Table } from './table.ts';

export interface RowChecks {
  /** Rows equal to an earlier one, target included. */
  readonly duplicateRows: number;
  /** Held-out rows whose features also stand in the training part. */
  readonly leakedRows: number;
  /** Empty cells among the features. */
  readonly missingValues: number;
}

export interface RowsToCheck {
  readonly table: Table;
  readonly target: string;
  readonly features: readonly FeatureColumns[];
  readonly parts: RowsOfParts;
}

export function checkRows({ table, target, features, parts }: RowsToCheck): RowChecks {
  const columns = features.flatMap((group) => group.columns.map((name) => columnOf(table, name)));
  const labels = columnOf(table, target);
  // JSON tells an empty cell from the text "null", and where one cell ends.
  const featureKey = (row: number): string => JSON.stringify(columns.map((cells) => cells[row]));
  const rows = labels.map((label, row) => `${JSON.stringify(label)}${featureKey(row)}`);
  const trained = new Set(Array.from(parts.train, featureKey));
  const heldOut = [...parts.validation, ...parts.test];
  return {
    duplicateRows: rows.length - new Set(rows).size,
    leakedRows: heldOut.filter((row) => trained.has(featureKey(row))).length,
    missingValues: columns.reduce(
      (sum, cells) => sum + cells.filter((cell) => cell === null).length,
      0,
    ),
  };
}
