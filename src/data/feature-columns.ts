/** Which columns of the source become features, and how each is read. */
import type { DatasetStep } from '../activities/step-types.ts';
import { PipelineError } from '../errors.ts';
import { everyCell, type RowBlocks } from './row-blocks.ts';
import { listed, parseNumber, requireColumn } from './table.ts';

export type FeatureGroup = NonNullable<DatasetStep['with']['features']>[number];

/** One group with its columns found; a table's columns are each a group of one. */
export interface FeatureColumns {
  readonly group: FeatureGroup;
  /** In the order of the file. */
  readonly columns: readonly string[];
}

export interface ColumnRoles {
  readonly target: string;
  /** Columns that divide the rows: no features unless a group names them. */
  readonly dividing: readonly string[];
  /** Columns that are kept beside the rows: likewise. */
  readonly kept: readonly string[];
}

const besides = ({ dividing, kept }: ColumnRoles): string[] => [...dividing, ...kept];

/**
 * @param groups  without them every column but the target, those that divide and those that are kept is used: pictures
 * as such, texts that the source says are texts, otherwise as a number where all its values are
 * numbers, as a category where not.
 * @throws PipelineError `DATA_INVALID` if a pattern matches nothing, a column is used twice,
 * the target is a feature, or nothing is left.
 */
export async function findFeatureColumns(
  source: RowBlocks,
  roles: ColumnRoles,
  groups: readonly FeatureGroup[] | undefined,
): Promise<FeatureColumns[]> {
  [roles.target, ...besides(roles)].forEach((column) => requireColumn(source, column));
  const found = groups
    ? groups.map((group) => ({ group, columns: matchColumns(source, roles, group) }))
    : await guessGroups(source, roles);
  requireOnce(found);
  if (found.length === 0) {
    throw new PipelineError('DATA_INVALID', 'The source has no column besides the target');
  }
  return found;
}

function matchColumns(
  { columns }: Pick<RowBlocks, 'columns'>,
  roles: ColumnRoles,
  group: FeatureGroup,
): string[] {
  const { target } = roles;
  const patterns = typeof group.columns === 'string' ? [group.columns] : group.columns;
  const matched = new Set<string>();
  for (const pattern of patterns) {
    const names = columns.filter((name) => pattern === name || matchesPattern(pattern, name));
    if (names.length === 0) {
      throw new PipelineError('DATA_INVALID', `No column matches ${JSON.stringify(pattern)}`, {
        remedy: `the columns are ${listed(columns)}`,
      });
    }
    names.forEach((name) => matched.add(name));
    if (pattern === target) throw targetIsFeature(target);
  }
  // A pattern such as `*` means the other columns.
  matched.delete(target);
  besides(roles)
    .filter((name) => !patterns.includes(name))
    .forEach((name) => matched.delete(name));
  if (matched.size === 0) throw targetIsFeature(target);
  return columns.filter((name) => matched.has(name));
}

/**
 * `*` stands for any text, `?` for one character. Goes back to the last `*` alone, so that the
 * time is bounded by the product of the lengths; a regular expression's is not.
 */
export function matchesPattern(pattern: string, name: string): boolean {
  const glob = [...pattern];
  const text = [...name];
  let star = -1;
  let resume = 0;
  let p = 0;
  for (let t = 0; t < text.length;) {
    if (glob[p] === '*') {
      star = p;
      resume = t;
      p += 1;
    } else if (glob[p] === '?' || glob[p] === text[t]) {
      p += 1;
      t += 1;
    } else if (star >= 0) {
      p = star + 1;
      resume += 1;
      t = resume;
    } else {
      return false;
    }
  }
  return glob.slice(p).every((character) => character === '*');
}

async function guessGroups(source: RowBlocks, roles: ColumnRoles): Promise<FeatureColumns[]> {
  const unused = [roles.target, ...besides(roles)];
  const found: FeatureColumns[] = [];
  for (const column of source.columns) {
    if (unused.includes(column)) continue;
    const type = await guessType(source, column);
    found.push({ group: { type, columns: column, scale: 'standard' }, columns: [column] });
  }
  return found;
}

async function guessType(source: RowBlocks, column: string): Promise<FeatureGroup['type']> {
  if (source.whole?.pictures?.has(column)) return 'image';
  if (source.texts?.includes(column)) return 'text';
  const isNumber = await everyCell(
    source,
    column,
    (cell) => cell === null || parseNumber(cell) !== null,
  );
  return isNumber ? 'number' : 'category';
}

function requireOnce(found: readonly FeatureColumns[]): void {
  const seen = new Set<string>();
  for (const column of found.flatMap(({ columns }) => columns)) {
    if (seen.has(column)) {
      throw new PipelineError(
        'DATA_INVALID',
        `The column ${JSON.stringify(column)} is in two groups of features`,
      );
    }
    seen.add(column);
  }
}

function targetIsFeature(target: string): PipelineError {
  return new PipelineError(
    'DATA_INVALID',
    `The target ${JSON.stringify(target)} cannot be a feature as well`,
  );
}
