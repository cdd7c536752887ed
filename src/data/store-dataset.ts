/** Encoded parts into the store. */
import { MEDIA_TYPE, type ArtifactRef, type ArtifactStore } from '../artifacts/artifact.ts';
import type { Arrangement } from './arrange-inputs.ts';
import type { DatasetManifest, DatasetPart, PartName, TextEncoder } from './dataset.ts';
import type { PartSpools } from './encode-parts.ts';
import { columnsOf } from './encoders/encodings.ts';
import { type RowBlocks, rowsInBlock } from './row-blocks.ts';
import { storeShown } from './shown-rows.ts';
import type { SpoolOptions } from './spool.ts';
import type { RowsOfParts } from './split.ts';
import { columnOf, type Table } from './table.ts';
import { encodeInt32 } from './tensor-bytes.ts';

export interface DatasetToStore {
  /** As the manifest's. */
  readonly classes: readonly string[];
  /** `[rows]` of the source; not looked at where the target is a text. */
  readonly labels: Int32Array;
  /** Of a target that is a text. */
  readonly targetEncoder?: TextEncoder | undefined;
  readonly rows: RowBlocks;
  readonly source: { readonly path: string; readonly sha256: string };
  readonly target: string;
  /** Columns that stay beside the rows as they are written. */
  readonly keep: readonly string[];
  readonly arrangement: Arrangement;
  /** With all rows. */
  readonly encoded: PartSpools;
  readonly missing: Readonly<Record<string, number>>;
  readonly parts: RowsOfParts;
  readonly split: DatasetManifest['split'];
  readonly spool: SpoolOptions;
}

/** @throws PipelineError as the store. */
export async function storeDataset(
  store: ArtifactStore,
  data: DatasetToStore,
): Promise<DatasetManifest> {
  const { source, rows, target, arrangement, classes, split, missing, targetEncoder } = data;
  const { encoders, featureNames, inputShape, inputs } = arrangement;
  const { parts, keep, spool } = data;
  const shown = await storeShown(store, { source: rows, encoders, keep, parts, spool });
  return {
    version: 1,
    source: { ...source, rows: rows.rows },
    target,
    classes,
    inputShape,
    featureNames,
    encoders,
    ...(inputs && { inputs }),
    ...(targetEncoder && { labelShape: [targetEncoder.length], targetEncoder }),
    parts: {
      train: await storePart(store, data, { name: 'train', shown: shown?.train }),
      validation: await storePart(store, data, { name: 'validation', shown: shown?.validation }),
      test: await storePart(store, data, { name: 'test', shown: shown?.test }),
    },
    missing,
    split: { ...split },
  };
}

async function storePart(
  store: ArtifactStore,
  { encoded, labels, parts, targetEncoder }: DatasetToStore,
  { name, shown }: { readonly name: PartName; readonly shown: ArtifactRef | undefined },
): Promise<DatasetPart> {
  const rows = parts[name];
  return {
    rows: rows.length,
    x: await encoded.x[name].store(store, MEDIA_TYPE.tensor),
    y: targetEncoder
      ? await encoded.y[name].store(store, MEDIA_TYPE.tensor)
      : await store.put(encodeInt32(rows.map((row) => labels[row] as number)), MEDIA_TYPE.tensor),
    sourceRows: await store.put(encodeInt32(rows), MEDIA_TYPE.tensor),
    ...(shown && { shown }),
  };
}

/** Empty cells of the training part whose encoders do not tell them from what stands for them. */
export class MissingCells {
  readonly #counts: Map<string, number>;
  readonly #training: Int32Array;

  constructor({ encoders }: Arrangement, training: Int32Array) {
    const columns = encoders.flatMap((encoder) =>
      ['category', 'picture', 'text'].includes(encoder.type) ? [] : columnsOf(encoder),
    );
    this.#counts = new Map(columns.map((column) => [column, 0]));
    this.#training = training;
  }

  add(block: Table): void {
    const training = rowsInBlock(this.#training, block);
    for (const [column, count] of this.#counts) {
      const cells = columnOf(block, column);
      let more = 0;
      for (const row of training) if (cells[row] === null) more += 1;
      this.#counts.set(column, count + more);
    }
  }

  /** By column, without those that have none. */
  get found(): Record<string, number> {
    return Object.fromEntries([...this.#counts].filter(([, count]) => count > 0));
  }
}
