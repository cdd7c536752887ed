import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  type BpeOptions,
  bpeWords,
  mergeWords,
  openBpe,
} from '../../../src/data/encoders/train-bpe.ts';

interface Case {
  readonly texts: readonly string[];
  readonly vocabulary: number;
  readonly minCount: number;
  readonly lowercase: boolean;
  readonly merges: readonly (readonly [string, string])[];
  readonly tokens: number;
  readonly encoded: readonly { readonly text: string; readonly ids: readonly number[] }[];
}

function trainBpe(texts: readonly string[], options: BpeOptions) {
  const counts = new Map<string, number>();
  for (const word of texts.flatMap(bpeWords(options)))
    counts.set(word, (counts.get(word) ?? 0) + 1);
  return mergeWords(counts, options);
}

const GOLDEN = path.resolve(import.meta.dirname, '../../golden/bpe.json');
const cases = JSON.parse(readFileSync(GOLDEN, 'utf8')) as readonly Case[];

describe('byte-pair encoding', () => {
  it.each(cases)('learns what tokenizers learns: $vocabulary ids, from $minCount on', (golden) => {
    const definition = trainBpe(golden.texts, golden);
    const { merges, vocab } = definition['model'] as Record<'merges' | 'vocab', object>;
    expect(merges).toEqual(golden.merges);
    expect(Object.keys(vocab)).toHaveLength(golden.tokens);
    const tokenizer = openBpe(definition);
    for (const { text, ids } of golden.encoded) {
      expect(tokenizer.encode(text, { add_special_tokens: false }).ids).toEqual(ids);
    }
  });

  it('gives a text back, but for its capitals', () => {
    const tokenizer = openBpe(
      trainBpe(['Der Fluß'], { vocabulary: 260, minCount: 2, lowercase: true }),
    );
    const { ids } = tokenizer.encode('Ärger 🙂', { add_special_tokens: false });
    expect(tokenizer.decode(ids, { clean_up_tokenization_spaces: false })).toBe('ärger 🙂');
  });

  it('never makes a special of a text', () => {
    const text = '[PAD] [UNK] [START] [END]';
    const tokenizer = openBpe(
      trainBpe(Array<string>(9).fill(text), { vocabulary: 400, minCount: 1, lowercase: false }),
    );
    const { ids } = tokenizer.encode(text, { add_special_tokens: false });
    expect(Math.min(...ids)).toBeGreaterThan(3);
  });

  it('needs room for all bytes', () => {
    expect(() => trainBpe(['a'], { vocabulary: 259, minCount: 1, lowercase: true })).toThrow(
      expect.objectContaining({ code: 'SPEC_INVALID' }),
    );
  });
});
