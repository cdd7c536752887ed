/** Learns a byte-level byte-pair encoding. */
import { Tokenizer } from '@huggingface/tokenizers';
import { PipelineError } from '../../errors.ts';
import type { JsonObject } from '../../json.ts';
import { PairQueue } from './pair-queue.ts';

export interface BpeOptions {
  readonly lowercase: boolean;
  /** Ids at most, the 4 specials and 256 bytes included. */
  readonly vocabulary: number;
  /** A pair that comes less often is not merged. */
  readonly minCount: number;
}

/** Never made by merging bytes: "[" and "P" may merge, but no merge makes these entries. */
const SPECIALS = ['[PAD]', '[UNK]', '[START]', '[END]'] as const;
const BYTES = 256;

/**
 * Splits a text into the words that merges stay within, each as the characters of its bytes.
 *
 * @throws PipelineError `SPEC_INVALID` for a vocabulary that cannot hold all bytes.
 */
export function bpeWords({ lowercase, vocabulary }: BpeOptions): (text: string) => string[] {
  const least = SPECIALS.length + BYTES;
  if (vocabulary < least) {
    throw new PipelineError(
      'SPEC_INVALID',
      `A vocabulary of ${vocabulary} is too small for bpe: it needs at least ${least}`,
    );
  }
  const { normalizer, pre_tokenizer: splitter } = openBpe(
    definition({ tokens: [...SPECIALS, ...byteAlphabet()], merges: [], lowercase }),
  );
  if (!normalizer || !splitter) throw new PipelineError('INTERNAL', 'The tokenizer has no parts');
  return (text) => splitter.pre_tokenize(normalizer.normalize(text));
}

/**
 * Merges the most frequent pair again and again; of equally frequent ones that of the smaller ids.
 *
 * @param words  how often each comes; see `bpeWords`.
 * @returns a tokenizer.json: NFC, lower-casing, GPT-2's split and bytes. The specials are no added
 * tokens: a text that says "[PAD]" must not become padding.
 * @see Sennrich et al. 2016, arXiv:1508.07909
 */
export function mergeWords(words: ReadonlyMap<string, number>, options: BpeOptions): JsonObject {
  const tokens: string[] = [...SPECIALS, ...byteAlphabet()];
  const merges: [string, string][] = [];
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const queue = new PairQueue(
    [...words].map(([word, count]) => ({
      symbols: Array.from(word, (byte) => ids.get(byte) as number),
      count,
    })),
  );
  while (tokens.length < options.vocabulary) {
    const best = queue.takeBest();
    if (best === null || best.count < options.minCount) break;
    const [left, right] = best.pair.map((id) => tokens[id] as string) as [string, string];
    merges.push([left, right]);
    queue.merge(best.pair, tokens.length);
    tokens.push(left + right);
  }
  return definition({ tokens, merges, lowercase: options.lowercase });
}

/** A tokenizer.json as something that encodes. */
export function openBpe(json: JsonObject): Tokenizer {
  return new Tokenizer(json, {});
}

interface Learned {
  readonly tokens: readonly string[];
  readonly merges: readonly (readonly [string, string])[];
  readonly lowercase: boolean;
}

function definition({ tokens, merges, lowercase }: Learned): JsonObject {
  const nfc = { type: 'NFC' };
  const normalizers = lowercase ? [nfc, { type: 'Lowercase' }] : [nfc];
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: { type: 'Sequence', normalizers },
    pre_tokenizer: {
      type: 'ByteLevel',
      add_prefix_space: false,
      trim_offsets: true,
      use_regex: true,
    },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: merges.map(([left, right]) => [left, right]),
    },
  };
}

/** A printable character for each byte, by code point; GPT-2's. */
function byteAlphabet(): string[] {
  const printable = (byte: number): boolean =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  const bytes = Array.from({ length: BYTES }, (_, byte) => byte);
  const others = bytes.filter((byte) => !printable(byte)).map((_, index) => BYTES + index);
  return [...bytes.filter(printable), ...others].map((code) => String.fromCodePoint(code));
}
