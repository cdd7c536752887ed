/** New data to encoded batches, in order and in memory that does not grow with the source. */
import { PipelineError } from '../../errors.ts';
import type { Encoder } from '../dataset.ts';
import type { CellFault } from './cell-fault.ts';
import type { IncomingRow, ReadOptions, RowSource } from './incoming-rows.ts';
import { readCsvRows } from './read-csv-rows.ts';
import { readJsonRows } from './read-json-rows.ts';
import { picturesInFiles, type PictureFiles } from './picture-cells.ts';
import { createRowEncoder } from './row-encoder.ts';

/** Of a batch; 16 MB. */
const MAX_BATCH_VALUES = 2 ** 22;

export type IncomingFormat = 'csv' | 'jsonl';

export interface EncodedBatch {
  /** `[rows, width]`. */
  readonly x: Float32Array;
  readonly rows: number;
  /** `[rows]`: numbers of the rows in the source, from 0. */
  readonly numbers: readonly number[];
}

export interface BatchOptions {
  readonly format: IncomingFormat;
  readonly encoders: readonly Encoder[];
  /** The column that the model predicts: it may be there, and is not read. */
  readonly target: string;
  /** Where cells that are paths of pictures lead. */
  readonly pictures: PictureFiles;
  /** At most; rows of many values come in smaller batches. */
  readonly batchRows: number;
  /** Called with each row that cannot be read; what it throws ends the reading. */
  readonly onFault: (fault: PipelineError, row: number) => void;
  readonly onIgnored: ReadOptions['onIgnored'];
  /** Called once, after the last row. */
  readonly onUnseen: (cells: ReadonlyMap<string, number>) => void;
}

/** @throws PipelineError what `onFault` throws, and `DATA_INVALID` as the readers. A fault of a row is
 * `DATA_INVALID`; of a picture also what `readSourceFile` and `decodePicture` throw. */
export async function* readBatches(
  source: RowSource,
  options: BatchOptions,
): AsyncGenerator<EncodedBatch> {
  const { format, encoders, target, onFault, onIgnored } = options;
  const encoder = createRowEncoder(encoders, {
    notation: format === 'csv' ? 'text' : 'json',
    pictures: () => picturesInFiles(options.pictures),
  });
  const reading = encoder.begin();
  const read = format === 'csv' ? readCsvRows : readJsonRows;
  const { columns, width } = encoder;
  const batchRows = Math.max(
    1,
    Math.min(options.batchRows, Math.floor(MAX_BATCH_VALUES / Math.max(1, width))),
  );
  let x = new Float32Array(batchRows * width);
  let numbers: number[] = [];
  for await (const row of read(source, { columns, known: [target], onIgnored })) {
    const fault = row.fault ?? (await reading.encode(row.values, x, numbers.length * width));
    if (fault) {
      onFault(describe(fault, row, source.name), row.row);
      continue;
    }
    numbers.push(row.row);
    if (numbers.length < batchRows) continue;
    yield { x, rows: numbers.length, numbers };
    // What was given away may still be read.
    x = new Float32Array(batchRows * width);
    numbers = [];
  }
  if (numbers.length > 0) {
    yield { x: x.subarray(0, numbers.length * width), rows: numbers.length, numbers };
  }
  options.onUnseen(reading.unseen);
}

function describe(
  fault: NonNullable<IncomingRow['fault']> | CellFault,
  { row, line }: IncomingRow,
  name: string,
): PipelineError {
  const column = 'column' in fault ? fault.column : null;
  const where = column === null ? '' : `, column ${JSON.stringify(column)}`;
  return new PipelineError(
    ('code' in fault && fault.code) || 'DATA_INVALID',
    `${name}, line ${line}, row ${row} (from 0)${where}: ${fault.message}`,
    { remedy: fault.remedy, details: { row, line, column } },
  );
}
