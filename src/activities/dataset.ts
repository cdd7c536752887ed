/** The step `dataset`: a table to encoded parts, with the encoders that made them. */
import { mkdir } from 'node:fs/promises';
import { MEDIA_TYPE, type ArtifactStore } from '../artifacts/artifact.ts';
import { checkRows } from '../data/check-rows.ts';
import type { DatasetManifest, DatasetPart } from '../data/dataset.ts';
import { fitColumns, type FittedColumns } from '../data/encoders/encode-columns.ts';
import { findFeatureColumns, type FeatureColumns } from '../data/feature-columns.ts';
import { labelRows, type Labels } from '../data/label-rows.ts';
import { readCsv } from '../data/read-csv.ts';
import { readSourceFile, type SourceFile } from '../data/source-file.ts';
import { splitRows, type RowsOfParts } from '../data/split.ts';
import { columnOf, parseNumber, rowCount, type Table } from '../data/table.ts';
import { encodeFloat32, encodeInt32 } from '../data/tensor-bytes.ts';
import { PipelineError } from '../errors.ts';
import type { DatasetStep } from './step-types.ts';
import type { Step, StepContext } from './step.ts';

/** Values of all parts together: 1 GiB. */
const MAX_VALUES = 2 ** 28;

export const datasetStep: Step<DatasetStep['with'], DatasetStep['outputs']> = {
  kind: 'dataset',

  async run(input, context) {
    const source = await readSourceFile(context.dataRoot, input.source);
    await mkdir(context.scratch, { recursive: true });
    const table = await readCsv(source.bytes, context.scratch);
    context.heartbeat();
    const labelled = labelRows(table, input.target);
    const features = findFeatureColumns(table, input.target, input.features);
    const parts = splitRows(labelled.labels, input.split);
    const fitted = features.flatMap((columns) => fitColumns(table, columns, parts.train));
    const inputShape = shapeOf(features, fitted);
    requireMemory(rowCount(table), fitted);
    warnOfUnseen(fitted, parts, context);
    if (input.features === undefined) warnOfOddCells(table, features, context);
    const checks = checkRows({ table, target: input.target, features, parts });
    const encoded = {
      source,
      table,
      input,
      inputShape,
      fitted,
      parts,
      ...labelled,
    };
    const manifest = await storeDataset(context.store, encoded);
    return {
      dataset: await context.store.putJson(manifest, MEDIA_TYPE.dataset),
      fingerprint: source.sha256,
      rows: {
        train: parts.train.length,
        validation: parts.validation.length,
        test: parts.test.length,
      },
      classes: [...labelled.classes],
      inputShape: [...inputShape],
      checks,
    };
  },
};

function shapeOf(
  features: readonly FeatureColumns[],
  fitted: readonly FittedColumns[],
): readonly number[] {
  const [first] = fitted;
  if (features.some(({ group }) => group.type === 'image')) {
    if (features.length === 1 && first?.encoder.type === 'image') return first.encoder.shape;
    throw new PipelineError('SPEC_UNSUPPORTED', 'A picture together with other features', {
      remedy: 'use one group of type image alone',
    });
  }
  const width = widthOf(fitted);
  if (width > 0) return [width];
  throw new PipelineError('DATA_INVALID', 'The training part has no value in any feature column');
}

const widthOf = (fitted: readonly FittedColumns[]): number =>
  fitted.reduce((sum, { featureNames }) => sum + featureNames.length, 0);

function requireMemory(rows: number, fitted: readonly FittedColumns[]): void {
  const values = rows * widthOf(fitted);
  if (values <= MAX_VALUES) return;
  throw new PipelineError(
    'DATA_TOO_LARGE',
    `${rows} rows of ${widthOf(fitted)} values are ${values}; at most ${MAX_VALUES} fit`,
  );
}

function warnOfUnseen(
  fitted: readonly FittedColumns[],
  { validation, test }: RowsOfParts,
  context: StepContext,
): void {
  for (const { encoder, isUnseen } of fitted) {
    const rows = [...validation, ...test].filter(isUnseen).length;
    if (rows === 0 || encoder.type !== 'category') continue;
    const { column } = encoder;
    context.log('warn', `${rows} held-out rows have a value of "${column}" that training lacks`, {
      column,
      rows,
    });
  }
}

/** One odd cell makes a category of a column of numbers, where the columns are guessed. */
function warnOfOddCells(
  table: Table,
  features: readonly FeatureColumns[],
  context: StepContext,
): void {
  for (const { group, columns } of features) {
    const [column] = columns;
    if (group.type !== 'category' || column === undefined) continue;
    const cells = columnOf(table, column);
    const isOdd = (cell: string | null) => cell !== null && parseNumber(cell) === null;
    const odd = cells.filter(isOdd).length;
    if (odd > cells.length / 10) continue;
    const row = cells.findIndex(isOdd);
    context.log(
      'warn',
      `"${column}" is read as a category: ${odd} of its ${cells.length} cells, the first in row ${row} (from 0), are not numbers`,
      { column, odd },
    );
  }
}

interface EncodedDataset extends Labels {
  readonly source: SourceFile;
  readonly table: Table;
  readonly input: DatasetStep['with'];
  readonly inputShape: readonly number[];
  readonly fitted: readonly FittedColumns[];
  readonly parts: RowsOfParts;
}

async function storeDataset(store: ArtifactStore, data: EncodedDataset): Promise<DatasetManifest> {
  const { source, table, input, inputShape, fitted, parts, classes } = data;
  return {
    version: 1,
    source: { path: source.path, sha256: source.sha256, rows: rowCount(table) },
    target: input.target,
    classes,
    inputShape,
    featureNames: fitted.flatMap(({ featureNames }) => featureNames),
    encoders: fitted.map(({ encoder }) => encoder),
    parts: {
      train: await storePart(store, data, parts.train),
      validation: await storePart(store, data, parts.validation),
      test: await storePart(store, data, parts.test),
    },
    missing: missingNumbers(data),
    split: { ...input.split },
  };
}

function missingNumbers({ table, fitted, parts }: EncodedDataset): Record<string, number> {
  const columns = fitted.flatMap(({ encoder }) => {
    if (encoder.type === 'category') return [];
    return encoder.type === 'number' ? [encoder.column] : encoder.columns;
  });
  const counts = columns.map((column) => {
    const cells = columnOf(table, column);
    return [column, parts.train.filter((row) => cells[row] === null).length] as const;
  });
  // Unlike assignment this keeps a column that is called `__proto__`.
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

async function storePart(
  store: ArtifactStore,
  { fitted, labels }: EncodedDataset,
  rows: Int32Array,
): Promise<DatasetPart> {
  const width = widthOf(fitted);
  const x = new Float32Array(rows.length * width);
  rows.forEach((row, index) => {
    let offset = index * width;
    for (const { encode, featureNames } of fitted) {
      encode(row, x, offset);
      offset += featureNames.length;
    }
  });
  requireFinite(x, rows, fitted);
  const y = rows.map((row) => labels[row] as number);
  return {
    rows: rows.length,
    x: await store.put(encodeFloat32(x), MEDIA_TYPE.tensor),
    y: await store.put(encodeInt32(y), MEDIA_TYPE.tensor),
    sourceRows: await store.put(encodeInt32(rows), MEDIA_TYPE.tensor),
  };
}

/** A finite cell may leave float32 once it is scaled by a tiny range. */
function requireFinite(x: Float32Array, rows: Int32Array, fitted: readonly FittedColumns[]): void {
  const broken = x.findIndex((value) => !Number.isFinite(value));
  if (broken < 0) return;
  const names = fitted.flatMap(({ featureNames }) => featureNames);
  const row = rows[Math.floor(broken / names.length)];
  throw new PipelineError(
    'DATA_INVALID',
    `Column ${JSON.stringify(names[broken % names.length])}, row ${row} (from 0): the value is beyond a 32-bit float once it is scaled`,
    { remedy: 'mend the cell, or choose another `scale` or `range`' },
  );
}
