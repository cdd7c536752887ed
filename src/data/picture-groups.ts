/** Which groups of features are pictures that a column names. */
import { PipelineError } from '../errors.ts';
import type { FeatureColumns } from './feature-columns.ts';
import type { PictureColumn } from './load-pictures.ts';
import type { Table } from './table.ts';

/** Pixels in columns of their own are none: those are numbers. */
export function isPictureGroup(
  table: Pick<Table, 'pictures'>,
  { group, columns }: FeatureColumns,
): boolean {
  if (group.type !== 'image') return false;
  return group.from === 'files' || columns.some((column) => table.pictures?.has(column));
}

/** @throws PipelineError `SPEC_INVALID` for other than one column or than 1 or 3 channels. */
export function pictureColumns(
  table: Pick<Table, 'pictures'>,
  features: readonly FeatureColumns[],
): PictureColumn[] {
  return features.flatMap((found) => {
    if (!isPictureGroup(table, found)) return [];
    const { group, columns } = found;
    const [column] = columns;
    if (column === undefined || columns.length > 1) {
      throw new PipelineError('SPEC_INVALID', 'A group of pictures has one column', {
        remedy: 'give each column of pictures a group of its own',
      });
    }
    const { shape, fit = 'fill' } = group;
    if (shape === undefined) return [{ column, fit }];
    const [height, width, channels] = shape;
    if (height === undefined || width === undefined || (channels !== 1 && channels !== 3)) {
      const given = `[${shape.join(', ')}]`;
      throw new PipelineError('SPEC_INVALID', `The shape ${given} of pictures`, {
        remedy: 'give [height, width, 1] for grey or [height, width, 3] for colours',
      });
    }
    return [{ column, fit, shape: [height, width, channels] }];
  });
}
