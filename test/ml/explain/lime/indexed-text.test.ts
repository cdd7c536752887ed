import { indexText, withoutWords } from '../../../../src/ml/explain/lime/indexed-text.ts';
import { reference } from './reference.ts';

describe('indexText', () => {
  it.each(reference.texts)('finds the words of "$text" where lime does', (golden) => {
    const { pieces, wordOf, words } = indexText(golden.text);
    expect(words).toEqual(golden.words);
    expect(pieces.join('')).toBe(golden.text);
    const starts = words.map(() => [] as number[]);
    let at = 0;
    pieces.forEach((piece, index) => {
      if (wordOf[index]! >= 0) starts[wordOf[index]!]!.push(at);
      at += piece.length;
    });
    expect(starts).toEqual(golden.starts);
  });

  it.each(reference.texts)('leaves of "$text" what lime leaves', ({ text, words, removals }) => {
    const indexed = indexText(text);
    for (const { removed, left } of removals) {
      const present = Uint8Array.from(words, (_, word) => (removed.includes(word) ? 0 : 1));
      expect(withoutWords(indexed, present)).toBe(left);
    }
  });
});
