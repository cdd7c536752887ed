/** Texts as ids of tokens. */
import { PipelineError } from '../../errors.ts';
import {
  FIRST_TOKEN,
  SPECIAL_TOKENS,
  type BpeEncoder,
  type TextEncoder,
  type WordEncoder,
} from '../dataset.ts';
import type { FeatureGroup } from '../feature-columns.ts';
import { columnOf, type Table } from '../table.ts';
import type { Encoding } from './encoding.ts';
import { characterTokens } from './character-tokens.ts';
import { openBpe, trainBpe } from './train-bpe.ts';
import { wordTokens } from './word-tokens.ts';

export type TextSettings = Pick<
  FeatureGroup,
  'tokenizer' | 'length' | 'vocabulary' | 'minCount' | 'lowercase' | 'marks'
>;

const DEFAULTS = { length: 128, vocabulary: 10_000, minCount: 2 };

/**
 * Fits a vocabulary to the training part.
 *
 * @throws PipelineError `DATA_INVALID` for a training part without a token; `SPEC_INVALID` for a
 * length that cannot hold the marks, or a vocabulary that is too small.
 */
export function fitText(
  table: Table,
  { column, group }: { readonly column: string; readonly group: TextSettings },
  training: Int32Array,
): TextEncoder {
  const cells = columnOf(table, column);
  const texts = Array.from(training, (row) => cells[row]).filter((cell) => cell != null);
  if (texts.length === 0) {
    const where = `The column ${JSON.stringify(column)}`;
    throw new PipelineError('DATA_INVALID', `${where} has no text in the training part`);
  }
  const {
    tokenizer = 'word',
    length = DEFAULTS.length,
    vocabulary = DEFAULTS.vocabulary,
    minCount = DEFAULTS.minCount,
    lowercase = true,
    marks = false,
  } = group;
  if (marks && length < 3) {
    throw new PipelineError(
      'SPEC_INVALID',
      `A text of ${length} ids has no room between its marks`,
    );
  }
  const common = { type: 'text', column, lowercase, marks, length } as const;
  if (tokenizer === 'bpe') {
    const definition = trainBpe(texts, { lowercase, vocabulary, minCount });
    return { ...common, tokenizer, tokens: countEntries(definition), definition };
  }
  const options = { tokens: TOKENS[tokenizer], lowercase, vocabulary, minCount };
  return { ...common, tokenizer, vocabulary: countTokens(texts, options) };
}

function countEntries(definition: BpeEncoder['definition']): number {
  return Object.keys((definition['model'] as { vocab: object }).vocab).length;
}

type Tokens = (text: string, options: { readonly lowercase: boolean }) => string[];

const TOKENS: Readonly<Record<'word' | 'character', Tokens>> = {
  word: wordTokens,
  character: characterTokens,
};

interface VocabularyOptions {
  readonly tokens: Tokens;
  readonly lowercase: boolean;
  readonly vocabulary: number;
  readonly minCount: number;
}

/** The most frequent first, equally frequent ones by UTF-16 code unit. */
function countTokens(texts: readonly string[], options: VocabularyOptions): string[] {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const token of options.tokens(text, options))
      counts.set(token, (counts.get(token) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, count]) => count >= options.minCount)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, Math.max(0, options.vocabulary - FIRST_TOKEN))
    .map(([token]) => token);
}

/** Ids, padding and specials included. */
export function vocabularyOf(encoder: TextEncoder): number {
  return encoder.tokenizer === 'bpe' ? encoder.tokens : FIRST_TOKEN + encoder.vocabulary.length;
}

export const textEncoding: Encoding<TextEncoder> = {
  width: ({ length }) => length,
  names: ({ column, length }) => Array.from({ length }, (_, index) => `${column}[${index}]`),
  open: (encoder, table) => {
    const cells = columnOf(table, encoder.column);
    const tokenize = tokenizerOf(encoder);
    return {
      write: (row, out, offset) => {
        const cell = cells[row];
        // A missing text is all padding.
        if (cell != null) out.set(withMarks(tokenize(cell), encoder), offset);
      },
    };
  },
  decode: (encoder, values) => [[encoder.column, readText(encoder, values)]],
};

/** Gives the ids of a text, neither cut nor marked. */
export function tokenizerOf(encoder: TextEncoder): (text: string) => number[] {
  if (encoder.tokenizer === 'bpe') {
    const tokenizer = openBpe(encoder.definition);
    return (text) => tokenizer.encode(text, { add_special_tokens: false }).ids;
  }
  const ids = new Map(encoder.vocabulary.map((token, index) => [token, FIRST_TOKEN + index]));
  const tokens = TOKENS[encoder.tokenizer];
  return (text) => tokens(text, encoder).map((token) => ids.get(token) ?? SPECIAL_TOKENS.unknown);
}

/** Cut so that the end mark has room. */
export function withMarks(
  ids: readonly number[],
  { marks, length }: Pick<WordEncoder, 'marks' | 'length'>,
): number[] {
  if (!marks) return ids.slice(0, length);
  return [SPECIAL_TOKENS.start, ...ids.slice(0, length - 2), SPECIAL_TOKENS.end];
}

/** The ids of a row without padding and marks. */
export function tokensIn(values: Float32Array): number[] {
  const { padding, start, end } = SPECIAL_TOKENS;
  return Array.from(values).filter((id) => id !== padding && id !== start && id !== end);
}

/** What is left of the text; `null` of none. */
function readText(encoder: TextEncoder, values: Float32Array): string | null {
  const ids = tokensIn(values);
  return ids.length === 0 ? null : joinTokens(encoder, ids);
}

/** @param ids  without padding and marks. */
export function joinTokens(encoder: TextEncoder, ids: readonly number[]): string {
  if (encoder.tokenizer === 'bpe') {
    return openBpe(encoder.definition).decode(ids, { clean_up_tokenization_spaces: false });
  }
  const between = encoder.tokenizer === 'character' ? '' : ' ';
  return ids.map((id) => encoder.vocabulary[id - FIRST_TOKEN] ?? '…').join(between);
}
