/** A text as words and marks. */

/** Scripts without blanks between words: a character is a token. */
const UNSPACED = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}`;
const LETTER = String.raw`(?:(?![${UNSPACED}])[\p{L}\p{M}\p{N}])`;
const TOKEN = new RegExp(
  String.raw`[${UNSPACED}]\p{M}*|${LETTER}+(?:['’]${LETTER}+)*|[^\s\p{L}\p{M}\p{N}]`,
  'gu',
);

/**
 * Runs of letters and digits, with an apostrophe inside; any other sign that is no blank alone. Does
 * not look at the machine's language, so that a text has the same tokens everywhere.
 */
export function wordTokens(text: string, { lowercase }: { readonly lowercase: boolean }): string[] {
  const composed = text.normalize('NFC');
  return (lowercase ? composed.toLowerCase() : composed).match(TOKEN) ?? [];
}
