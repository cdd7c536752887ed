import type { PartName } from '../../data/dataset.ts';
import type { LoadedPart } from '../../data/load-part.ts';
import { PipelineError } from '../../errors.ts';
import type { RowSelection } from '../../ml/model.ts';
import type { StepContext } from '../step.ts';
import type { VisualizeInput } from './drawing.ts';

export interface ChosenRows {
  readonly part: PartName;
  /** `null`: the first of the part. */
  readonly selection: RowSelection | null;
}

/** Of which part the rows of pictures of rows are. */
export async function chooseRows(
  { rows, part }: VisualizeInput,
  { store }: StepContext,
): Promise<ChosenRows> {
  const selection = rows ? await store.getJson<RowSelection>(rows) : null;
  return { part: selection?.part ?? part, selection };
}

export interface PlacedRow {
  readonly row: number;
  readonly sourceRow: number;
  /** As the model reads it. */
  readonly x: Float32Array;
}

/** @throws PipelineError `DATA_INVALID` for a selection that names rows the part does not have. */
export function takeRows(
  { selection, part: name }: ChosenRows,
  part: LoadedPart,
  limit: number,
): readonly PlacedRow[] {
  const rows =
    selection?.rows.slice(0, limit) ??
    Array.from(part.sourceRows.subarray(0, limit), (sourceRow, row) => ({ row, sourceRow }));
  const width = part.x.length / part.rows;
  return rows.map(({ row, sourceRow }) => {
    if (part.sourceRows[row] !== sourceRow) throw strayRow(row, sourceRow, name);
    return { row, sourceRow, x: part.x.slice(row * width, (row + 1) * width) };
  });
}

function strayRow(row: number, sourceRow: number, name: PartName): PipelineError {
  return new PipelineError(
    'DATA_INVALID',
    `visualize: the selection names row ${row} (source row ${sourceRow}), which is not in the ${name} part`,
    { remedy: 'give the data set that the rows were selected from' },
  );
}
