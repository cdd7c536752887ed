import type { LoadedPart } from '../../data/load-part.ts';
import type { Rows } from '../../ml/training/rows.ts';

/** A loaded part as training takes rows. */
export function rowsOfPart({ x, y, rows }: LoadedPart): Rows {
  return { count: rows, width: x.length / rows, x, y };
}
