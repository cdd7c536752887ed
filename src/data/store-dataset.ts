/** Encoded parts into the store. */
import { MEDIA_TYPE, type ArtifactStore } from '../artifacts/artifact.ts';
import type { Arrangement } from './arrange-inputs.ts';
import type { DatasetManifest, DatasetPart, Encoder, ShownRows, TextEncoder } from './dataset.ts';
import type { RowEncoder } from './encode-rows.ts';
import { columnsOf } from './encoders/encodings.ts';
import type { RowsOfParts } from './split.ts';
import { columnOf, rowCount, type Table } from './table.ts';
import { encodeFloat32, encodeInt32 } from './tensor-bytes.ts';

/** Of a text in `shown`: what a person can be asked to read. */
const MAX_SHOWN_LENGTH = 20_000;

export interface DatasetToStore {
  /** As the manifest's. */
  readonly classes: readonly string[];
  /** `[rows, ...labelShape]` of rows of the table. */
  readonly labels: (rows: Int32Array) => Int32Array;
  /** Of a target that is a text. */
  readonly targetEncoder?: TextEncoder | undefined;
  readonly table: Table;
  readonly source: { readonly path: string; readonly sha256: string };
  readonly target: string;
  /** Columns that stay beside the rows as they are written. */
  readonly keep: readonly string[];
  readonly arrangement: Arrangement;
  readonly encoder: RowEncoder;
  readonly parts: RowsOfParts;
  readonly split: DatasetManifest['split'];
}

/** @throws PipelineError `DATA_INVALID` as `RowEncoder.encode`; as the store. */
export async function storeDataset(
  store: ArtifactStore,
  data: DatasetToStore,
): Promise<DatasetManifest> {
  const { source, table, target, arrangement, parts, classes, split } = data;
  const { encoders, featureNames, inputShape, inputs } = arrangement;
  const { targetEncoder } = data;
  return {
    version: 1,
    source: { ...source, rows: rowCount(table) },
    target,
    classes,
    inputShape,
    featureNames,
    encoders,
    ...(inputs && { inputs }),
    ...(targetEncoder && { labelShape: [targetEncoder.length], targetEncoder }),
    parts: {
      train: await storePart(store, data, parts.train),
      validation: await storePart(store, data, parts.validation),
      test: await storePart(store, data, parts.test),
    },
    missing: missingCells(data),
    split: { ...split },
  };
}

async function storePart(
  store: ArtifactStore,
  data: DatasetToStore,
  rows: Int32Array,
): Promise<DatasetPart> {
  const { encoder, labels } = data;
  const part = {
    rows: rows.length,
    x: await store.put(encodeFloat32(encoder.encode(rows)), MEDIA_TYPE.tensor),
    y: await store.put(encodeInt32(labels(rows)), MEDIA_TYPE.tensor),
    sourceRows: await store.put(encodeInt32(rows), MEDIA_TYPE.tensor),
  };
  const shown = shownRows(data, rows);
  return shown === null ? part : { ...part, shown: await store.putJson(shown, MEDIA_TYPE.json) };
}

/**
 * Texts, dates and lists as they are written, whose encodings keep less than a person reads, and
 * what an audit divides the rows by.
 */
function shownRows(
  { table, arrangement, keep }: DatasetToStore,
  rows: Int32Array,
): ShownRows | null {
  const lost = arrangement.encoders.flatMap((encoder) =>
    keepsCells(encoder) ? [] : columnsOf(encoder),
  );
  const columns = new Set([...lost, ...keep]);
  if (columns.size === 0) return null;
  const shown = Array.from(columns, (column) => {
    const cells = columnOf(table, column);
    return [column, Array.from(rows, (row) => cut(cells[row] ?? null))] as const;
  });
  // Unlike assignment this keeps a column that is called `__proto__`.
  return { columns: Object.fromEntries(shown) };
}

function keepsCells(encoder: Encoder): boolean {
  if (encoder.type === 'sequence') return encoder.layout === 'columns';
  return encoder.type !== 'text' && encoder.type !== 'date';
}

const cut = (cell: string | null): string | null =>
  cell !== null && cell.length > MAX_SHOWN_LENGTH ? `${cell.slice(0, MAX_SHOWN_LENGTH)}…` : cell;

/** Of encoders whose values do not tell an empty cell from what stands for it. */
function missingCells({ table, arrangement, parts }: DatasetToStore): Record<string, number> {
  const columns = arrangement.encoders.flatMap((encoder) =>
    ['category', 'picture', 'text'].includes(encoder.type) ? [] : columnsOf(encoder),
  );
  const counts = columns.map((column) => {
    const cells = columnOf(table, column);
    return [column, parts.train.filter((row) => cells[row] === null).length] as const;
  });
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}
