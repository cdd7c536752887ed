import fc from 'fast-check';
import { philox4x32 } from '../../src/ml/philox.ts';
import { CounterRandom } from '../../src/ml/random.ts';

type Counter = readonly [number, number, number, number];

describe('philox4x32', () => {
  // From the file kat_vectors of the Random123 distribution.
  it.each<[Counter, readonly [number, number], number[]]>([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ])('gives the known answer for counter %j and key %j', (counter, key, expected) => {
    const words = new Uint32Array(4);
    philox4x32(counter, key, words);
    expect([...words]).toEqual(expected);
  });
});

const draw = (key: { seed: number; stream: string; step?: number }): number[] => {
  const random = new CounterRandom(key);
  return Array.from({ length: 8 }, () => random.uint32());
};

describe('CounterRandom', () => {
  it('draws the same for the same key, and otherwise for any other', () => {
    const base = { seed: 7, stream: 'shuffle', step: 3 };
    expect(draw(base)).toEqual(draw(base));
    const others = [
      { ...base, seed: 8 },
      { ...base, stream: 'shuffle2' },
      { ...base, step: 4 },
      { ...base, step: 3 + 2 ** 32 },
    ].map(draw);
    for (const other of others) expect(other).not.toEqual(draw(base));
  });

  it('permutes: every number once, in every order about equally often', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), fc.nat(), (n, seed) => {
        const order = new CounterRandom({ seed, stream: 'p' }).permutation(n);
        expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
      }),
    );
    const counts = new Map<string, number>();
    const draws = 6000;
    for (let seed = 0; seed < draws; seed += 1) {
      const order = new CounterRandom({ seed, stream: 'p' }).permutation(3).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    // Chi-square with 5 degrees of freedom; 20.5 is the 0.999 quantile.
    const expected = draws / 6;
    const chi = [...counts.values()].reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
    expect(counts.size).toBe(6);
    expect(chi).toBeLessThan(20.5);
  });

  it('draws integers below the bound without bias', () => {
    // 3·2^30 does not divide 2^32: without rejection the lower third would come twice as often.
    const bound = 3 * 2 ** 30;
    const random = new CounterRandom({ seed: 1, stream: 'i' });
    const draws = Array.from({ length: 9000 }, () => random.integer(bound));
    expect(Math.max(...draws)).toBeLessThan(bound);
    const low = draws.filter((value) => value < bound / 3).length / draws.length;
    expect(Math.abs(low - 1 / 3)).toBeLessThan(0.02);
  });

  it('draws uniforms in [0, 1) and normals with the moments of theirs', () => {
    const random = new CounterRandom({ seed: 5, stream: 'n' });
    const n = 20_000;
    const uniforms = Array.from({ length: n }, () => random.uniform());
    expect(Math.min(...uniforms)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...uniforms)).toBeLessThan(1);
    const moment = (values: number[], power: number): number =>
      values.reduce((sum, value) => sum + value ** power, 0) / n;
    expect(Math.abs(moment(uniforms, 1) - 0.5)).toBeLessThan(0.01);
    const normals = Array.from({ length: n }, () => random.normal());
    expect(Math.abs(moment(normals, 1))).toBeLessThan(0.03);
    expect(Math.abs(moment(normals, 2) - 1)).toBeLessThan(0.05);
    expect(Math.abs(moment(normals, 4) - 3)).toBeLessThan(0.3);
  });
});
