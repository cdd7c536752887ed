import { pictureNeighbourhood } from '../../../../src/ml/explain/lime/picture-neighbourhood.ts';
import { CounterRandom } from '../../../../src/ml/random.ts';
import { distance } from '../golden-game.ts';
import { masksOf, reference } from './reference.ts';

const { shape, x, segments, masks, pictures } = reference.picture;
const near = () =>
  pictureNeighbourhood({
    picture: { x: Float32Array.from(x), shape },
    segments: Int32Array.from(segments),
    random: new CounterRandom({ seed: 1, stream: 'test' }),
  });

describe('pictureNeighbourhood', () => {
  it('hides segments as lime does', () => {
    const neighbourhood = near();
    expect(neighbourhood.features).toBe(6);
    const drawn = neighbourhood.draw(masks.length, true);
    drawn.masks.set(masksOf(masks));
    const rows = drawn.rows(0, masks.length);
    pictures.forEach((expected, sample) => {
      const own = rows.subarray(sample * x.length, (sample + 1) * x.length);
      expect(distance(own, expected)).toBeLessThan(1e-7);
    });
    expect(drawn.rows(2, 3)).toEqual(rows.subarray(2 * x.length, 3 * x.length));
  });

  it('shows and hides each segment by even chance, and begins with the picture', () => {
    const { masks: drawn, rows } = near().draw(4001, true);
    expect(Array.from(drawn.subarray(0, 6))).toEqual([1, 1, 1, 1, 1, 1]);
    expect(rows(0, 1)).toEqual(Float32Array.from(x));
    for (let segment = 0; segment < 6; segment += 1) {
      const shown = drawn.subarray(6).filter((_, at) => at % 6 === segment);
      const share = shown.reduce((sum, bit) => sum + bit, 0) / 4000;
      // Four standard deviations.
      expect(Math.abs(share - 0.5)).toBeLessThan(0.032);
    }
  });
});
