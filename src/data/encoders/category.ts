/** Categories: one-hot, as the training part has them. */
import { PipelineError } from '../../errors.ts';
import type { CategoryEncoder } from '../dataset.ts';
import { columnOf, sortValues } from '../table.ts';
import type { Encoding } from './encoding.ts';
import type { Fit } from './fit.ts';

/** More is an identifier rather than a category. */
const MAX_CATEGORIES = 10_000;

/** @throws PipelineError `DATA_INVALID` over 10,000 categories. */
export function categoryFit(column: string): Fit<CategoryEncoder> {
  const known = new Set<string>();
  return {
    columns: [column],
    add: (block, training) => {
      const cells = columnOf(block, column);
      for (const row of training) {
        const cell = cells[row];
        if (cell != null) known.add(cell);
      }
      if (known.size > MAX_CATEGORIES) throw tooMany(column);
    },
    finish: () => ({ type: 'category', column, categories: sortValues(known) }),
  };
}

const tooMany = (column: string): PipelineError =>
  new PipelineError(
    'DATA_INVALID',
    `The column ${JSON.stringify(column)} has over ${MAX_CATEGORIES} categories`,
    { remedy: 'leave out columns that only identify a row' },
  );

export const categoryEncoding: Encoding<CategoryEncoder> = {
  width: ({ categories }) => categories.length,
  names: ({ column, categories }) => categories.map((category) => `${column}=${category}`),
  open: ({ column, categories }, table) => {
    const cells = columnOf(table, column);
    const indices = new Map(categories.map((category, index) => [category, index]));
    return {
      write: (row, out, offset) => {
        const index = indices.get(cells[row] ?? '');
        // A missing or unseen value stays all zeros.
        if (index !== undefined) out[offset + index] = 1;
      },
      isUnseen: (row) => cells[row] != null && !indices.has(cells[row]),
    };
  },
  decode: ({ column, categories }, values) => [[column, categories[values.indexOf(1)] ?? null]],
};
