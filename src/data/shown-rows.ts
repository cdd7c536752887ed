/** What people read of each row where the encoding does not keep it, into the store. */
import { MEDIA_TYPE, type ArtifactRef, type ArtifactStore } from '../artifacts/artifact.ts';
import type { Encoder, PartName } from './dataset.ts';
import { spools } from './encode-parts.ts';
import { columnsOf } from './encoders/encodings.ts';
import { type RowBlocks, rowsInBlock } from './row-blocks.ts';
import type { Spool, SpoolOptions } from './spool.ts';
import { PART_NAMES, type RowsOfParts } from './split.ts';
import { columnOf } from './table.ts';

/** Of a text: what a person can be asked to read. */
const MAX_SHOWN_LENGTH = 20_000;

export interface RowsToShow {
  readonly source: RowBlocks;
  readonly encoders: readonly Encoder[];
  /** Columns that stay beside the rows as they are written. */
  readonly keep: readonly string[];
  readonly parts: RowsOfParts;
  readonly spool: SpoolOptions;
}

/**
 * Texts, dates and lists as they are written, whose encodings keep less than a person reads, and
 * what an audit divides the rows by: `ShownRows` of each part as canonical JSON, column after column.
 *
 * @returns `null` where nothing is lost and nothing kept.
 */
export async function storeShown(
  store: ArtifactStore,
  rows: RowsToShow,
): Promise<Readonly<Record<PartName, ArtifactRef>> | null> {
  const columns = shownColumns(rows);
  if (columns.length === 0) return null;
  const texts = spools(rows.spool);
  try {
    const write = async (name: PartName, text: string) =>
      texts[name].append(new TextEncoder().encode(text));
    for (const [index, column] of columns.entries()) {
      const opening = `${index === 0 ? '{"columns":{' : ','}${JSON.stringify(column)}:[`;
      for (const name of PART_NAMES) await write(name, opening);
      await appendCells(rows, column, texts);
      for (const name of PART_NAMES) await write(name, ']');
    }
    for (const name of PART_NAMES) await write(name, '}}');
    return {
      train: await texts.train.store(store, MEDIA_TYPE.json),
      validation: await texts.validation.store(store, MEDIA_TYPE.json),
      test: await texts.test.store(store, MEDIA_TYPE.json),
    };
  } finally {
    for (const spool of Object.values(texts)) await spool.close();
  }
}

async function appendCells(
  { source, parts }: RowsToShow,
  column: string,
  texts: Readonly<Record<PartName, Spool>>,
): Promise<void> {
  const isFirst = { train: true, validation: true, test: true };
  for await (const block of source.blocks([column])) {
    const cells = columnOf(block, column);
    for (const name of PART_NAMES) {
      const some = rowsInBlock(parts[name], block);
      if (some.length === 0) continue;
      const list = Array.from(some, (row) => JSON.stringify(cut(cells[row] ?? null))).join(',');
      await texts[name].append(new TextEncoder().encode(isFirst[name] ? list : `,${list}`));
      isFirst[name] = false;
    }
  }
}

/** In the order of canonical JSON. */
function shownColumns({ encoders, keep }: RowsToShow): string[] {
  const lost = encoders.flatMap((encoder) => (keepsCells(encoder) ? [] : columnsOf(encoder)));
  return [...new Set([...lost, ...keep])].sort();
}

function keepsCells(encoder: Encoder): boolean {
  if (encoder.type === 'sequence') return encoder.layout === 'columns';
  return encoder.type !== 'text' && encoder.type !== 'date';
}

const cut = (cell: string | null): string | null =>
  cell !== null && cell.length > MAX_SHOWN_LENGTH ? `${cell.slice(0, MAX_SHOWN_LENGTH)}…` : cell;
