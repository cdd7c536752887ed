import { drawSample } from '../../../src/ml/flagging/draw-sample.ts';

describe('drawSample', () => {
  it('draws as many as asked for, each once, and all where there are fewer', () => {
    const drawn = drawSample(100, { rows: 30, seed: 1 });
    expect(new Set(drawn).size).toBe(30);
    expect(drawn.every((row) => row >= 0 && row < 100)).toBe(true);
    expect(drawSample(3, { rows: 30, seed: 1 })).toEqual([0, 1, 2]);
  });

  it('rounds a share up', () => {
    expect(drawSample(101, { rate: 0.02, seed: 1 })).toHaveLength(3);
    expect(drawSample(5, { rate: 1, seed: 1 })).toHaveLength(5);
  });

  it('prefers no row: over 2,000 seeds each comes as often as chance says', () => {
    const counts = new Array<number>(20).fill(0);
    for (let seed = 0; seed < 2_000; seed += 1) {
      for (const row of drawSample(20, { rows: 5, seed })) counts[row]! += 1;
    }
    // 500 ± 4.5 standard deviations of B(2,000, ¼).
    for (const count of counts) expect(Math.abs(count - 500)).toBeLessThan(4.5 * Math.sqrt(375));
  });

  it.each([{}, { rows: 3, rate: 0.1 }])('refuses %j', (given) => {
    expect(() => drawSample(9, { ...given, seed: 0 })).toThrow(
      expect.objectContaining({ code: 'SPEC_INVALID' }) as Error,
    );
  });
});
