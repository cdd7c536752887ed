/** Runs of tokens of one row, and what else it has. */
export interface Passage {
  /** The values of the row that are there or absent together, `[from, to)`, the last is not in. */
  readonly ranges: readonly (readonly [from: number, to: number])[];
  /** Those of them that are tokens of the row; padding after the text is none. */
  readonly tokens: readonly [from: number, to: number];
}

/** A slice of a row that is a text. */
export interface TokenSlice {
  readonly offset: number;
  readonly length: number;
}

const PADDING = 0;

/**
 * Divides the texts of a row into passages of so many tokens, the last of a text with what is left
 * and the padding behind it. All other values of the row, if any, are one passage without tokens.
 *
 * @param slices  ascending, without overlap.
 */
export function passagesOf(
  row: Float32Array,
  slices: readonly TokenSlice[],
  passageTokens: number,
): Passage[] {
  const passages = slices.flatMap((slice) => ofText(row, slice, passageTokens));
  const others: [number, number][] = [];
  let at = 0;
  for (const { offset, length } of [...slices, { offset: row.length, length: 0 }]) {
    if (offset > at) others.push([at, offset]);
    at = offset + length;
  }
  return others.length === 0 ? passages : [...passages, { ranges: others, tokens: [0, 0] }];
}

function ofText(
  row: Float32Array,
  { offset, length }: TokenSlice,
  passageTokens: number,
): Passage[] {
  const end = offset + length;
  let last = end;
  while (last > offset && row[last - 1] === PADDING) last -= 1;
  const count = Math.max(1, Math.ceil((last - offset) / passageTokens));
  return Array.from({ length: count }, (_, index) => {
    const from = offset + index * passageTokens;
    const isLast = index === count - 1;
    const to = isLast ? last : from + passageTokens;
    return { ranges: [[from, isLast ? end : to]], tokens: [from, to] };
  });
}
