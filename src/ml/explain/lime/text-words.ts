import type { TextEncoder } from '../../../data/dataset.ts';
import { FIRST_TOKEN, SPECIAL_TOKENS } from '../../../data/dataset.ts';
import { joinTokens, tokenizerOf, withMarks } from '../../../data/encoders/text.ts';
import { indexText, withoutWords, type IndexedText } from './indexed-text.ts';

/** The words of one text in a row, and how the row reads without some of them. */
export interface TextWords {
  readonly words: readonly string[];
  /** Writes the text's values. @param present  `[words]`, 0 where a word is taken out. */
  readonly write: (present: Uint8Array, out: Float32Array, offset: number) => void;
  /** Values of the text that are this word; none for one that is only a part of a token. */
  readonly placesOf: (word: number) => readonly number[];
}

export interface TextInRow {
  readonly encoder: TextEncoder;
  /** `[length]`: the values of the text. */
  readonly values: Float32Array;
  /** As it is written; `null` where that is not kept. */
  readonly text: string | null;
}

/**
 * The words of a text: those of the text as it is written, which is encoded anew without the words
 * that are taken out; where it was not kept, or was cut, the distinct tokens of the row, which
 * become the unknown token.
 */
export function wordsOfText({ encoder, values, text }: TextInRow): TextWords {
  if (text !== null) {
    const words = writtenWords(encoder, indexText(text));
    const whole = new Float32Array(values.length);
    words.write(new Uint8Array(words.words.length).fill(1), whole, 0);
    if (whole.every((value, index) => value === values[index])) {
      return { ...words, placesOf: (word) => placesAlone(encoder, values, words.words[word]) };
    }
  }
  return tokenWords(encoder, values);
}

function writtenWords(encoder: TextEncoder, text: IndexedText) {
  const encode = encoder.tokenizer === 'word' ? chunkwise(encoder, text) : wholly(encoder, text);
  const write: TextWords['write'] = (present, out, offset) => {
    out.fill(SPECIAL_TOKENS.padding, offset, offset + encoder.length);
    out.set(withMarks(encode(present), encoder), offset);
  };
  return { words: text.words, write };
}

function wholly(encoder: TextEncoder, text: IndexedText) {
  const tokenize = tokenizerOf(encoder);
  return (present: Uint8Array) => tokenize(withoutWords(text, present));
}

/** Words of a chunk whose subsets are remembered by their bits. */
const MOST_WORDS = 8;

interface Chunk {
  readonly pieces: readonly string[];
  /** `[pieces]`, −1 of what is no word. */
  readonly wordOf: readonly number[];
  /** Distinct. */
  readonly words: readonly number[];
  readonly known: Map<number, readonly number[]>;
}

/** No token of the word tokenizer goes over a blank, so that what stands between two is encoded alone, once for each set of its words. */
function chunkwise(encoder: TextEncoder, text: IndexedText) {
  const tokenize = tokenizerOf(encoder);
  const chunks = chunksOf(text);
  return (present: Uint8Array): number[] => {
    const ids: number[] = [];
    for (const { pieces, wordOf, words, known } of chunks) {
      let bits = 0;
      for (let at = 0; at < words.length; at += 1) {
        bits = 2 * bits + (present[words[at] as number] as number);
      }
      let found = words.length > MOST_WORDS ? undefined : known.get(bits);
      if (found === undefined) {
        const left = pieces.filter((_, at) => {
          const word = wordOf[at] as number;
          return word === -1 || present[word] === 1;
        });
        found = tokenize(left.join(''));
        if (words.length <= MOST_WORDS) known.set(bits, found);
      }
      for (let at = 0; at < found.length; at += 1) ids.push(found[at] as number);
      if (ids.length >= encoder.length) break;
    }
    return ids;
  };
}

function chunksOf({ pieces, wordOf }: IndexedText): Chunk[] {
  const chunks: Chunk[] = [];
  let open: { piece: string; word: number }[] = [];
  const close = () => {
    if (open.length === 0) return;
    const words = [...new Set(open.map(({ word }) => word).filter((word) => word >= 0))];
    const own = open;
    open = [];
    chunks.push({
      pieces: own.map(({ piece }) => piece),
      wordOf: own.map(({ word }) => word),
      words,
      known: new Map(),
    });
  };
  pieces.forEach((piece, index) => {
    const word = wordOf[index] as number;
    for (const part of piece.split(/(\s+)/)) {
      if (/^\s+$/.test(part)) close();
      else if (part !== '') open.push({ piece: part, word });
    }
  });
  close();
  return chunks;
}

/** Where the tokens stand that the word is when it stands alone. */
function placesAlone(encoder: TextEncoder, values: Float32Array, word = ''): readonly number[] {
  const ids = new Set(tokenizerOf(encoder)(word).filter((id) => id >= FIRST_TOKEN));
  return placesWhere(values, (id) => ids.has(id));
}

function tokenWords(encoder: TextEncoder, values: Float32Array): TextWords {
  const ids = [...new Set(values)].filter((id) => id >= FIRST_TOKEN);
  const places = ids.map((id) => placesWhere(values, (value) => value === id));
  return {
    words: ids.map((id) => joinTokens(encoder, [id])),
    placesOf: (word) => places[word] as readonly number[],
    write: (present, out, offset) => {
      out.set(values, offset);
      places.forEach((own, word) => {
        if (present[word] === 1) return;
        for (const at of own) out[offset + at] = SPECIAL_TOKENS.unknown;
      });
    },
  };
}

function placesWhere(values: Float32Array, isWanted: (id: number) => boolean): number[] {
  return Array.from(values, (_, at) => at).filter((at) => isWanted(values[at] as number));
}
