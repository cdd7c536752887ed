/** Where texts are in an encoded row, and a stretch of one as people read it. */
import type { DatasetManifest, Encoder } from './dataset.ts';
import { decodeValues, widthOf } from './encoders/encodings.ts';

export function textsOf({
  inputs = [],
}: Pick<DatasetManifest, 'inputs'>): { offset: number; length: number }[] {
  return inputs.flatMap(({ shape: [length = 0], offset, vocabulary }) =>
    vocabulary === undefined ? [] : [{ offset, length }],
  );
}

/**
 * @param row  the whole encoded row.
 * @param passage.tokens  within one text; empty for what is no text.
 */
export function readPassage(
  encoders: readonly Encoder[],
  row: Float32Array,
  { tokens: [from, to] }: { readonly tokens: readonly [from: number, to: number] },
): string {
  if (to <= from) return 'all that is no text';
  let offset = 0;
  for (const encoder of encoders) {
    const end = offset + widthOf(encoder);
    if (from >= offset && to <= end) {
      // What follows a text is padding, which reads as nothing.
      const values = new Float32Array(end - offset);
      values.set(row.subarray(from, to));
      return String(decodeValues(encoder, values)[0]?.[1] ?? '');
    }
    offset = end;
  }
  return '';
}
