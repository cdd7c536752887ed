/** Leaves tokens out of a text. */

const PADDING = 0;
/** Start and end of a text mean something where they stand. */
const MARKS: readonly number[] = [2, 3];

/**
 * Those that stay move together and padding fills the end. A text that would lose all its tokens
 * stays as it is.
 *
 * @param tokens   `[length]`, ids with padding (0) at the end; changed in place.
 * @param isDropped  asked once for each token that is neither padding nor start nor end.
 */
export function dropTokens(tokens: Float32Array, isDropped: () => boolean): void {
  const text = tokens.filter((token) => token !== PADDING);
  const isMark = (token: number): boolean => MARKS.includes(token);
  const kept = text.filter((token) => isMark(token) || !isDropped());
  if (kept.every(isMark)) return;
  tokens.fill(PADDING);
  tokens.set(kept);
}
