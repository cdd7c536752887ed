/** What people read of a part's rows where the encoding does not keep it. */
import type { ArtifactRef, ArtifactStore } from '../artifacts/artifact.ts';
import { PipelineError } from '../errors.ts';
import { isJsonObject, type Json } from '../json.ts';
import type { DatasetManifest, PartName, ShownRows } from './dataset.ts';
import { decodeDataset } from './decode-dataset.ts';

/**
 * @returns no column for a data set whose encodings keep every cell, as those of earlier versions.
 * @throws PipelineError `DATA_INVALID` for what does not fit the part; as the store.
 */
export async function loadShown(
  store: ArtifactStore,
  dataset: ArtifactRef,
  name: PartName,
): Promise<ShownRows> {
  const manifest: DatasetManifest = decodeDataset(await store.getJson<Json>(dataset));
  const { shown, rows } = manifest.parts[name];
  if (shown === undefined) return { columns: {} };
  const value = await store.getJson<Json>(shown);
  const columns = isJsonObject(value) ? value['columns'] : undefined;
  const isGood =
    isJsonObject(columns) && Object.values(columns).every((cells) => isColumn(cells, rows));
  if (isGood) return value as unknown as ShownRows;
  throw new PipelineError('DATA_INVALID', `What is shown of part "${name}" does not fit its rows`);
}

const isColumn = (cells: Json, rows: number): boolean =>
  Array.isArray(cells) &&
  cells.length === rows &&
  cells.every((cell) => cell === null || typeof cell === 'string');

/** The cells of one row, by column. @param row  of the part, from 0. */
export function shownRow({ columns }: ShownRows, row: number): Record<string, string | null> {
  const cells = Object.entries(columns).map(
    ([name, column]) => [name, column[row] ?? null] as const,
  );
  return Object.fromEntries(cells);
}
