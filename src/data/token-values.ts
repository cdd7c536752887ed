import type { DatasetManifest } from './dataset.ts';

/**
 * Which values of a row are tokens: ids of words, which have no distance to each other, so that
 * nothing between two of them or near one means anything.
 *
 * @returns a flag for each value of the row.
 */
export function tokenValuesOf({
  inputShape,
  inputs = [],
}: Pick<DatasetManifest, 'inputShape' | 'inputs'>): readonly boolean[] {
  const sizeOf = (shape: readonly number[]): number =>
    shape.reduce((product, size) => product * size, 1);
  const flags = Array<boolean>(sizeOf(inputShape)).fill(false);
  for (const { shape, offset, vocabulary } of inputs) {
    if (vocabulary !== undefined) flags.fill(true, offset, offset + sizeOf(shape));
  }
  return flags;
}
