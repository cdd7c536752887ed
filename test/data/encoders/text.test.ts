import { fitWhole } from '../../../src/data/encoders/fit.ts';
import { textEncoding, textFit } from '../../../src/data/encoders/text.ts';
import type { FeatureGroup } from '../../../src/data/feature-columns.ts';

const group = (changes: Partial<FeatureGroup> = {}): FeatureGroup => ({
  type: 'text',
  columns: 't',
  scale: 'none',
  minCount: 1,
  length: 5,
  ...changes,
});

function encode(cells: (string | null)[], changes: Partial<FeatureGroup> = {}, training = [0, 1]) {
  const table = { columns: ['t'], cells: [cells] };
  const of = { column: 't', group: group(changes) };
  const encoder = fitWhole(textFit(of), table, Int32Array.from(training));
  const writer = textEncoding.open(encoder, table);
  const rows = cells.map((_, row) => {
    const out = new Float32Array(textEncoding.width(encoder));
    writer.write(row, out, 0);
    return [...out];
  });
  return { encoder, rows };
}

describe('a text', () => {
  it('becomes ids of the words of the training part, the most frequent first', () => {
    const { encoder, rows } = encode(['b a b', 'c b', 'b new A', '', null].map((t) => t || null));
    expect(encoder).toMatchObject({ vocabulary: ['b', 'a', 'c'] });
    expect(rows).toEqual([
      [4, 5, 4, 0, 0],
      [6, 4, 0, 0, 0],
      [4, 1, 5, 0, 0],
      [0, 0, 0, 0, 0],
      [0, 0, 0, 0, 0],
    ]);
  });

  it('is cut at its end, with room for its marks', () => {
    expect(encode(['a b c d e f', 'a']).rows[0]).toEqual([4, 5, 6, 7, 8]);
    expect(encode(['a b c d e f', 'a'], { marks: true }).rows).toEqual([
      [2, 4, 5, 6, 3],
      [2, 4, 3, 0, 0],
    ]);
  });

  it('becomes ids of its characters, blanks and whole code points included', () => {
    const { encoder, rows } = encode(['a a😀', 'e\u0301'], { tokenizer: 'character' });
    expect(encoder).toMatchObject({ tokenizer: 'character', vocabulary: ['a', ' ', 'é', '😀'] });
    expect(rows).toEqual([
      [4, 5, 4, 7, 0],
      [6, 0, 0, 0, 0],
    ]);
    const read = textEncoding.decode(encoder, Float32Array.from([4, 5, 7, 1, 0]));
    expect(read).toEqual([['t', 'a 😀…']]);
  });

  it('leaves out rare words and those beyond the size', () => {
    const texts = ['a a b', 'b c'];
    expect(encode(texts, { minCount: 2 }).encoder).toMatchObject({ vocabulary: ['a', 'b'] });
    expect(encode(texts, { vocabulary: 5 }).encoder).toMatchObject({ vocabulary: ['a'] });
  });

  it('takes words such as __proto__ and constructor for words', () => {
    const { rows } = encode(['constructor', 'toString'], {}, [0]);
    expect(rows).toEqual([
      [4, 0, 0, 0, 0],
      [1, 0, 0, 0, 0],
    ]);
  });

  it('is read back as far as it is known', () => {
    const { encoder, rows } = encode(['Hello, World', 'x'], { marks: true });
    expect(textEncoding.decode(encoder, Float32Array.from(rows[0] ?? []))).toEqual([
      ['t', 'hello , world'],
    ]);
  });

  it('comes in pieces of bytes where it is told to', () => {
    const { encoder, rows } = encode(['ab ab', 'ab 🙂'], {
      tokenizer: 'bpe',
      vocabulary: 261,
      length: 8,
    });
    expect(encoder).toMatchObject({ tokenizer: 'bpe', tokens: 261 });
    // One merge: "a" and "b".
    expect(rows[0]?.[0]).toBe(260);
    expect(textEncoding.decode(encoder, Float32Array.from(rows[1] ?? []))).toEqual([
      ['t', 'ab 🙂'],
    ]);
  });

  it.each([
    ['DATA_INVALID', [null, null], {}],
    ['SPEC_INVALID', ['a', 'b'], { marks: true, length: 2 }],
  ] as const)('is refused with %s', (code, cells, changes) => {
    expect(() => encode([...cells], changes)).toThrow(expect.objectContaining({ code }));
  });
});
