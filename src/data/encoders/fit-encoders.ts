/** From groups of features to encoders, by the training part. */
import type { Encoder } from '../dataset.ts';
import type { FeatureColumns } from '../feature-columns.ts';
import { isPictureGroup } from '../picture-groups.ts';
import { type RowBlocks, rowsInBlock } from '../row-blocks.ts';
import { categoryFit } from './category.ts';
import { dateFit } from './date.ts';
import type { Fit } from './fit.ts';
import { fitImage } from './image.ts';
import { numberFit } from './number.ts';
import { pictureFit } from './picture.ts';
import { sequenceFit } from './sequence.ts';
import { textFit } from './text.ts';

/**
 * @param source  with the pixels of its pictures; see `loadPictures`. It is read once or twice for
 * each column.
 * @param training  rows of the training part, ascending; nothing is learned from others.
 * @throws PipelineError `DATA_INVALID` naming column and row of a cell that cannot be read; as the
 * encoders.
 */
export async function fitEncoders(
  source: RowBlocks,
  features: FeatureColumns,
  training: Int32Array,
): Promise<Encoder[]> {
  const { group, columns } = features;
  if (group.type === 'image' && !isPictureGroup(source.whole ?? {}, features)) {
    return [fitImage(features)];
  }
  const encoders: Encoder[] = [];
  // One after the other: what a fit keeps of the rows is there once.
  for (const open of fitsOf(group, columns)) {
    encoders.push(await fitOn(source, open(), training));
  }
  return encoders;
}

function fitsOf(
  group: FeatureColumns['group'],
  columns: readonly string[],
): readonly (() => Fit)[] {
  switch (group.type) {
    case 'number':
      return columns.map((column) => () => numberFit(column, group.scale));
    case 'category':
      return columns.map((column) => () => categoryFit(column));
    case 'date':
      return columns.map((column) => () => dateFit({ column, group }));
    case 'text':
      return columns.map((column) => () => textFit({ column, group }));
    case 'sequence':
      return [() => sequenceFit({ group, columns })];
    case 'image':
      return [() => pictureFit({ group, columns })];
  }
}

/** @throws PipelineError as the fit. */
export async function fitOn<Kind extends Encoder>(
  source: RowBlocks,
  fit: Fit<Kind>,
  training: Int32Array,
): Promise<Kind> {
  do {
    for await (const block of source.blocks(fit.columns)) {
      fit.add(block, rowsInBlock(training, block));
    }
  } while (fit.again?.());
  return fit.finish();
}
