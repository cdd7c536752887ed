/** A text as words and what stands between them. */
export interface IndexedText {
  /** Back to back they are the text. */
  readonly pieces: readonly string[];
  /** `[pieces]`: index of the word, −1 of what is none. */
  readonly wordOf: Int32Array;
  /** Distinct words in the order in which they first come. */
  readonly words: readonly string[];
}

/** What Python's `\W+` matches. */
const BETWEEN = /([^\p{L}\p{N}_]+)/u;

/**
 * A bag of words: a word is one feature wherever it stands, upper and lower case are two.
 *
 * @see lime 0.2 `lime_text.py`, `IndexedString` with `bow=True`
 */
export function indexText(text: string): IndexedText {
  const pieces = text.split(BETWEEN).filter((piece) => piece !== '');
  const indices = new Map<string, number>();
  const wordOf = Int32Array.from(pieces, (piece) => {
    if (BETWEEN.test(piece)) return -1;
    const known = indices.get(piece);
    if (known !== undefined) return known;
    indices.set(piece, indices.size);
    return indices.size - 1;
  });
  return { pieces, wordOf, words: [...indices.keys()] };
}

/** @param present  of each word, 0 where it is taken out. */
export function withoutWords({ pieces, wordOf }: IndexedText, present: Uint8Array): string {
  return pieces
    .filter((_, index) => wordOf[index] === -1 || present[wordOf[index] as number] === 1)
    .join('');
}
