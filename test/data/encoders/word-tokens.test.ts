import { wordTokens } from '../../../src/data/encoders/word-tokens.ts';

it.each<[string, string[]]>([
  ['The river’s "low", isn\'t it?', ['the', 'river’s', '"', 'low', '"', ',', "isn't", 'it', '?']],
  ['Grüße aus Zürich: 12,5 km', ['grüße', 'aus', 'zürich', ':', '12', ',', '5', 'km']],
  ['e\u0301te\u0301', ['\u00e9t\u00e9']],
  ['2024年5月17日 ok', ['2024', '年', '5', '月', '17', '日', 'ok']],
  ['橋は古い', ['橋', 'は', '古', 'い']],
  ['a@b.org $5 🙂', ['a', '@', 'b', '.', 'org', '$', '5', '🙂']],
  ['İstanbul', ['i\u0307stanbul']],
  [' \t\n', []],
  ["'quoted'", ["'", 'quoted', "'"]],
])('%j', (text, tokens) => {
  expect(wordTokens(text, { lowercase: true })).toEqual(tokens);
});

it('keeps capitals where it is told to', () => {
  expect(wordTokens('The THE', { lowercase: false })).toEqual(['The', 'THE']);
});
