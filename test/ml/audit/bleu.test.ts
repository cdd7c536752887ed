import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type BleuSmoothing, corpusBleu, type TextPair } from '../../../src/ml/audit/bleu.ts';

interface Golden {
  readonly name: string;
  readonly smoothing: BleuSmoothing;
  readonly pairs: TextPair[];
  readonly value: number;
  readonly counts: number[];
  readonly totals: number[];
  readonly brevityPenalty: number;
  readonly writtenLength: number;
  readonly referenceLength: number;
}

const golden = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../../golden/bleu.json'), 'utf8'),
) as Golden[];

describe('BLEU of a corpus', () => {
  it.each(golden.map((each) => [each.name, each.smoothing, each] as const))(
    'is that of sacreBLEU: %s, smoothing %s',
    (_, smoothing, { pairs, value, counts, totals, ...expected }) => {
      const { precisions, ...found } = corpusBleu(pairs, smoothing);
      expect(found.value).toBeCloseTo(value, 10);
      expect(found.brevityPenalty).toBeCloseTo(expected.brevityPenalty, 10);
      expect(found.writtenLength).toBe(expected.writtenLength);
      expect(found.referenceLength).toBe(expected.referenceLength);
      expect(precisions).toEqual(
        counts.map((count, order) => expect.closeTo(totals[order] ? count / totals[order] : 0, 12) as number),
      );
    },
  ); // prettier-ignore

  it('covers what smoothing and clipping change', () => {
    const values = new Map(
      golden.map(({ name, smoothing, value }) => [`${name} ${smoothing}`, value]),
    );
    expect(values.get('no common 4-gram none')).toBe(0);
    expect(values.get('no common 4-gram exp')).toBeGreaterThan(0);
    expect(values.get('clipped exp')).toBeLessThan(0.8);
    expect(values.get('perfect exp')).toBeCloseTo(1, 10);
  });

  it('is 0 of nothing', () => {
    expect(corpusBleu([])).toMatchObject({ value: 0, brevityPenalty: 0 });
  });
});
