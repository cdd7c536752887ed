/** The features that stored encoders read, as groups. */
import { columnsOf } from './encoders/encodings.ts';
import type { Encoder } from './dataset.ts';
import type { FeatureColumns, FeatureGroup } from './feature-columns.ts';

/** A group for each encoder: enough to find pictures and to check rows by. */
export function featuresOfEncoders(encoders: readonly Encoder[]): FeatureColumns[] {
  return encoders.map((encoder) => {
    const columns = [...columnsOf(encoder)];
    return { group: groupOf(encoder, columns), columns };
  });
}

function groupOf(encoder: Encoder, columns: string[]): FeatureGroup {
  const plain = { columns, scale: 'none' as const };
  if (encoder.type !== 'picture') return { ...plain, type: encoder.type };
  const { fit, shape } = encoder;
  return { ...plain, type: 'image', from: 'files', fit, shape: [...shape] };
}
