/** Tokens of a target as people read them. */
import { SPECIAL_TOKENS, type TextEncoder } from './dataset.ts';
import { joinTokens } from './encoders/text.ts';
import { wordTokens } from './encoders/word-tokens.ts';

export interface ReadTarget {
  readonly text: string;
  /** What a score of translations counts: characters of a text of characters, else words and marks. */
  readonly words: readonly string[];
  /** Whether the text has its end, and no word that the vocabulary lacks: only then it can be met. */
  readonly isWhole: boolean;
}

/** No text has it, so that an unknown word is like no other. */
const UNKNOWN_WORD = '\u0000';

/** @param labels  of one row, padding included. */
export function readLabels(encoder: TextEncoder, labels: ArrayLike<number>): ReadTarget {
  const all = Array.from(labels);
  const end = all.indexOf(SPECIAL_TOKENS.end);
  const ids = end < 0 ? all : all.slice(0, end);
  return readTokens(encoder, ids, end >= 0);
}

/** @param ids  without start and end. */
export function readTokens(
  encoder: TextEncoder,
  ids: readonly number[],
  isEnded: boolean,
): ReadTarget {
  const text = joinTokens(encoder, ids);
  const isWhole = isEnded && !ids.includes(SPECIAL_TOKENS.unknown);
  return { text, words: wordsOf(encoder, ids, text), isWhole };
}

function wordsOf(encoder: TextEncoder, ids: readonly number[], text: string): readonly string[] {
  if (encoder.tokenizer === 'bpe') return wordTokens(text, encoder);
  return ids.map((id) =>
    id === SPECIAL_TOKENS.unknown ? UNKNOWN_WORD : joinTokens(encoder, [id]),
  );
}
