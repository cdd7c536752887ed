/** Which values of an encoded row belong together, as what a person calls one feature. */
import type { DatasetManifest, Encoder } from './dataset.ts';
import { columnsOf, featureNamesOf, widthOf } from './encoders/encodings.ts';

export interface RowFeature {
  readonly name: string;
  /** Indices into the encoded row, ascending. */
  readonly values: readonly number[];
  /** What it came from; `null` for a pixel, which is a part of one. */
  readonly encoder: Encoder | null;
}

/**
 * A feature for each encoder: all values of a category, a date, a text, a picture or a sequence
 * move together. Of pictures alone each pixel is one, with all its channels.
 */
export function rowFeaturesOf({
  encoders,
  featureNames,
  inputShape,
}: Pick<DatasetManifest, 'encoders' | 'featureNames' | 'inputShape'>): readonly RowFeature[] {
  const [only] = encoders;
  const isPicture = only?.type === 'image' || only?.type === 'picture';
  if (encoders.length === 1 && isPicture) return pixelsOf(featureNames, inputShape);
  let offset = 0;
  return encoders.flatMap((encoder) => {
    const width = widthOf(encoder);
    const values = Array.from({ length: width }, (_, index) => offset + index);
    offset += width;
    if (width === 0) return [];
    const name = columnsOf(encoder)[0] ?? featureNamesOf(encoder)[0] ?? '';
    return [{ name, values, encoder }];
  });
}

function pixelsOf(
  featureNames: readonly string[],
  inputShape: readonly number[],
): readonly RowFeature[] {
  const channels = inputShape[2] ?? 1;
  return Array.from({ length: featureNames.length / channels }, (_, pixel) => ({
    name: featureNames[pixel * channels] ?? '',
    values: Array.from({ length: channels }, (_, channel) => pixel * channels + channel),
    encoder: null,
  }));
}
