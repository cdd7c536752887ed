import fc from 'fast-check';
import { lowerBound, upperBound } from '../../../../src/ml/explain/anchors/kl-bounds.ts';

const divergence = (p: number, q: number) =>
  (p === 0 ? 0 : p * Math.log(p / q)) + (p === 1 ? 0 : (1 - p) * Math.log((1 - p) / (1 - q)));

describe('KL bounds', () => {
  it('have their closed form where all or nothing was hit', () => {
    for (const level of [1e-6, 0.01, 0.3, 2, 20]) {
      expect(upperBound(0, level)).toBeCloseTo(1 - Math.exp(-level), 12);
      expect(lowerBound(1, level)).toBeCloseTo(Math.exp(-level), 12);
      expect(upperBound(1, level)).toBe(1);
      expect(lowerBound(0, level)).toBe(0);
    }
    expect(upperBound(0.3, 0)).toBeCloseTo(0.3, 7);
  });

  it('lie where the divergence is the level, on either side', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        fc.double({ min: 1e-4, max: 3, noNaN: true }),
        (p, level) => {
          const [low, high] = [lowerBound(p, level), upperBound(p, level)];
          expect(low).toBeLessThan(p);
          expect(high).toBeGreaterThan(p);
          // Near 1 a double has no room for the divergence.
          if (high < 1 - 1e-9) expect(divergence(p, high)).toBeCloseTo(level, 6);
          if (low > 1e-9) expect(divergence(p, low)).toBeCloseTo(level, 6);
        },
      ),
      { seed: 2 },
    );
  });

  it('hold the true share as often as they say', () => {
    // Exactly, over all outcomes of 100 draws with share 0.9: P(bound above) ≤ 2·0.05.
    const [n, p, level] = [100, 0.9, Math.log(1 / 0.05) / 100];
    let chance = (1 - p) ** n;
    let wrong = 0;
    for (let hits = 0; hits <= n; hits += 1) {
      if (lowerBound(hits / n, level) > p || upperBound(hits / n, level) < p) wrong += chance;
      chance *= ((n - hits) / (hits + 1)) * (p / (1 - p));
    }
    expect(wrong).toBeGreaterThan(0);
    expect(wrong).toBeLessThanOrEqual(0.1);
  });
});
