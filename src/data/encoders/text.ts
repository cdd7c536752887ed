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
import { columnOf } from '../table.ts';
import type { Encoding } from './encoding.ts';
import type { Fit } from './fit.ts';
import { characterTokens } from './character-tokens.ts';
import { bpeWords, mergeWords, openBpe } from './train-bpe.ts';
import { wordTokens } from './word-tokens.ts';

export type TextSettings = Pick<
  FeatureGroup,
  'tokenizer' | 'length' | 'vocabulary' | 'minCount' | 'lowercase' | 'marks'
>;

const DEFAULTS = { length: 128, vocabulary: 10_000, minCount: 2 };

/**
 * Fits a vocabulary to the training part. Keeps each token, of bpe each word, once.
 *
 * Its `finish` throws PipelineError `DATA_INVALID` for a training part without a token; it itself
 * `SPEC_INVALID` for a length that cannot hold the marks, or a vocabulary that is too small.
 */
export function textFit({
  column,
  group,
}: {
  readonly column: string;
  readonly group: TextSettings;
}): Fit<TextEncoder> {
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
    const options = { lowercase, vocabulary, minCount };
    return countedFit(column, bpeWords(options), (counts) => {
      const definition = mergeWords(counts, options);
      return { ...common, tokenizer, tokens: countEntries(definition), definition };
    });
  }
  const tokens = TOKENS[tokenizer];
  return countedFit(
    column,
    (text) => tokens(text, { lowercase }),
    (counts) => ({
      ...{ ...common, tokenizer },
      vocabulary: mostFrequent(counts, { vocabulary, minCount }),
    }),
  );
}

type Counts = ReadonlyMap<string, number>;

/** Counts the pieces of all texts. */
function countedFit(
  column: string,
  piecesOf: (text: string) => readonly string[],
  encoderOf: (counts: Counts) => TextEncoder,
): Fit<TextEncoder> {
  const counts = new Map<string, number>();
  let texts = 0;
  return {
    columns: [column],
    add: (block, training) => {
      const cells = columnOf(block, column);
      for (const row of training) {
        const text = cells[row];
        if (text == null) continue;
        texts += 1;
        for (const piece of piecesOf(text)) counts.set(piece, (counts.get(piece) ?? 0) + 1);
      }
    },
    finish: () => {
      if (texts > 0) return encoderOf(counts);
      const where = `The column ${JSON.stringify(column)}`;
      throw new PipelineError('DATA_INVALID', `${where} has no text in the training part`);
    },
  };
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
  readonly vocabulary: number;
  readonly minCount: number;
}

/** The most frequent first, equally frequent ones by UTF-16 code unit. */
function mostFrequent(counts: Counts, { vocabulary, minCount }: VocabularyOptions): string[] {
  return [...counts]
    .filter(([, count]) => count >= minCount)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, Math.max(0, vocabulary - FIRST_TOKEN))
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

/** Of encoders that are opened on block after block. */
const OPENED = new WeakMap<TextEncoder, (text: string) => number[]>();

/** Gives the ids of a text, neither cut nor marked. */
export function tokenizerOf(encoder: TextEncoder): (text: string) => number[] {
  const known = OPENED.get(encoder);
  if (known) return known;
  const opened = openTokenizer(encoder);
  OPENED.set(encoder, opened);
  return opened;
}

function openTokenizer(encoder: TextEncoder): (text: string) => number[] {
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
