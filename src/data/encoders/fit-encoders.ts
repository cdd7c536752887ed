/** From groups of features to encoders, by the training part. */
import type { Encoder } from '../dataset.ts';
import type { FeatureColumns } from '../feature-columns.ts';
import { isPictureGroup } from '../picture-groups.ts';
import type { Table } from '../table.ts';
import { fitCategory } from './category.ts';
import { fitDate } from './date.ts';
import { fitImage } from './image.ts';
import { fitNumber } from './number.ts';
import { numbersOf } from './numbers-of.ts';
import { fitPicture } from './picture.ts';
import { fitSequence } from './sequence.ts';
import { fitText } from './text.ts';

/**
 * @param table  with the pixels of its pictures; see `loadPictures`.
 * @param training  rows of the training part; nothing else is looked at.
 * @throws PipelineError `DATA_INVALID` naming column and row of a cell that cannot be read; as the
 * encoders.
 */
export function fitEncoders(
  table: Table,
  features: FeatureColumns,
  training: Int32Array,
): Encoder[] {
  const { group, columns } = features;
  switch (group.type) {
    case 'number':
      return columns.map((column) => {
        const values = numbersOf(table, column);
        const seen = Array.from(training, (row) => values[row] ?? null);
        return fitNumber({ column, scale: group.scale, training: seen });
      });
    case 'category':
      return columns.map((column) => fitCategory(table, column, training));
    case 'date':
      return columns.map((column) => fitDate(table, { column, group }, training));
    case 'text':
      return columns.map((column) => fitText(table, { column, group }, training));
    case 'sequence':
      return [fitSequence(table, features, training)];
    case 'image':
      return isPictureGroup(table, features) ? [fitPicture(table, features)] : [fitImage(features)];
  }
}
