/** Ids of one vocabulary as ids of another. */
import { canonicalJson } from '../../json.ts';
import { FIRST_TOKEN, SPECIAL_TOKENS, type TextEncoder } from '../dataset.ts';

/**
 * @returns `same` where an id means the same in both; `null` where tokens of one are no tokens of
 * the other: words and pieces of words, other pieces, or words of another case.
 */
export function translateTokens(
  from: TextEncoder,
  to: TextEncoder,
): 'same' | ((id: number) => number) | null {
  if (from.lowercase !== to.lowercase) return null;
  if (from.tokenizer === 'bpe' || to.tokenizer === 'bpe') {
    const isSame =
      from.tokenizer === 'bpe' &&
      to.tokenizer === 'bpe' &&
      canonicalJson(from.definition) === canonicalJson(to.definition);
    return isSame ? 'same' : null;
  }
  if (from.tokenizer !== to.tokenizer) return null;
  if (from.vocabulary.join('\0') === to.vocabulary.join('\0')) return 'same';
  const ids = new Map(to.vocabulary.map((token, index) => [token, FIRST_TOKEN + index]));
  return (id) => ids.get(from.vocabulary[id - FIRST_TOKEN] ?? '') ?? SPECIAL_TOKENS.unknown;
}
