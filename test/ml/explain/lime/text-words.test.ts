import type { TextEncoder } from '../../../../src/data/dataset.ts';
import { openEncoder } from '../../../../src/data/encoders/encodings.ts';
import { indexText, withoutWords } from '../../../../src/ml/explain/lime/indexed-text.ts';
import { textNeighbourhood } from '../../../../src/ml/explain/lime/text-neighbourhood.ts';
import { wordsOfText } from '../../../../src/ml/explain/lime/text-words.ts';
import { CounterRandom } from '../../../../src/ml/random.ts';

const word: TextEncoder = {
  ...{ type: 'text', tokenizer: 'word', column: 't', lowercase: true, marks: false, length: 40 },
  vocabulary: [
    'the',
    'film',
    "isn't",
    'isn',
    't',
    'a',
    'b',
    'bad',
    'best',
    "'",
    '-',
    '.',
    ',',
    '!',
  ],
};
const character: TextEncoder = {
  ...word,
  tokenizer: 'character',
  vocabulary: [...'abdefhilmnst '],
};
const TEXT = "The film isn't bad, a-b!  the\n\tBEST film a.b.a, b-a.";

function encode(encoder: TextEncoder, text: string): Float32Array {
  const values = new Float32Array(encoder.length);
  openEncoder(encoder, { columns: ['t'], cells: [[text]] }).write(0, values, 0);
  return values;
}

describe('wordsOfText', () => {
  it.each([
    ['word', word],
    ['word, with marks and cut', { ...word, marks: true, length: 9 }],
    ['character', character],
  ] as const)('encodes what is left of a text as the encoder would: %s', (_, encoder) => {
    const indexed = indexText(TEXT);
    const values = encode(encoder, TEXT);
    const words = wordsOfText({ encoder, values, text: TEXT });
    expect(words.words).toEqual(indexed.words);
    const random = new CounterRandom({ seed: 1, stream: 'test' });
    const out = new Float32Array(encoder.length + 3).fill(9);
    for (let draw = 0; draw < 300; draw += 1) {
      const present = Uint8Array.from(indexed.words, () => random.integer(2));
      words.write(present, out, 2);
      const left = withoutWords(indexed, present);
      expect(out.subarray(2, 2 + encoder.length)).toEqual(encode(encoder, left));
    }
    expect([out[0], out[1], out[encoder.length + 2]]).toEqual([9, 9, 9]);
  });

  it('places a word on its tokens, and a part of a token nowhere', () => {
    const values = encode(word, TEXT);
    const { words, placesOf } = wordsOfText({ encoder: word, values, text: TEXT });
    expect(placesOf(words.indexOf('film'))).toEqual([1, 11]);
    expect(placesOf(words.indexOf('BEST'))).toEqual([10]);
    expect(placesOf(words.indexOf('isn'))).toEqual([]);
  });

  it.each([null, 'another text'])('hides tokens where the text is %p', (text) => {
    const values = encode(word, 'the film the zebra bad');
    const { words, placesOf, write } = wordsOfText({ encoder: word, values, text });
    expect(words).toEqual(['the', 'film', 'bad']);
    expect(placesOf(0)).toEqual([0, 2]);
    const out = new Float32Array(word.length);
    write(Uint8Array.of(0, 1, 1), out, 0);
    expect(Array.from(out.subarray(0, 6))).toEqual([1, 5, 1, 1, 11, 0]);
  });

  it('finds no word in an empty text', () => {
    const values = encode(word, '');
    expect(wordsOfText({ encoder: word, values, text: '' }).words).toEqual([]);
    expect(wordsOfText({ encoder: word, values, text: null }).words).toEqual([]);
  });
});

describe('textNeighbourhood', () => {
  it('takes out any number of words with even chance, and any of them', () => {
    const values = encode(word, TEXT);
    const words = wordsOfText({ encoder: word, values, text: TEXT });
    const size = words.words.length;
    const near = textNeighbourhood({
      row: values,
      texts: [{ offset: 0, words }],
      random: new CounterRandom({ seed: 4, stream: 'test' }),
    });
    const samples = 20_000;
    const { masks, rows } = near.draw(samples, true);
    expect(rows(0, 1)).toEqual(values);
    const removed = new Int32Array(size + 1);
    const kept = new Int32Array(size);
    for (let sample = 1; sample < samples; sample += 1) {
      const own = masks.subarray(sample * size, (sample + 1) * size);
      removed[size - own.reduce((sum, bit) => sum + bit, 0)]! += 1;
      own.forEach((bit, at) => (kept[at]! += bit));
    }
    expect(removed[0]).toBe(0);
    const even = samples / size;
    removed.slice(1).forEach((count) => expect(Math.abs(count / even - 1)).toBeLessThan(0.11));
    // A word stays in (size − 1) / 2 of size samples.
    const share = (size - 1) / (2 * size);
    kept.forEach((count) => expect(Math.abs(count / samples - share)).toBeLessThan(0.016));
  });
});
