import { cutOut } from '../../../../src/ml/training/augment/cutout.ts';
import { flipPicture } from '../../../../src/ml/training/augment/flip.ts';
import type { Picture } from '../../../../src/ml/training/augment/picture.ts';
import { type Warp, warpPicture } from '../../../../src/ml/training/augment/warp.ts';

/** One channel, from its rows. */
function pictureOf(rows: number[][]): Picture {
  const width = rows[0]?.length ?? 0;
  return { values: Float32Array.from(rows.flat()), height: rows.length, width, channels: 1 };
}

const rowsOf = ({ values, height, width }: Picture): number[][] =>
  Array.from({ length: height }, (_, y) => [...values.subarray(y * width, (y + 1) * width)]);

const STILL: Warp = { right: 0, down: 0, angle: 0, zoom: 1, fill: 'zero' };

function warped(rows: number[][], warp: Partial<Warp>): number[][] {
  const picture = pictureOf(rows);
  warpPicture(picture, { ...STILL, ...warp });
  return rowsOf(picture);
}

const NUMBERS = [
  [1, 2, 3],
  [4, 5, 6],
  [7, 8, 9],
];

describe('a warp', () => {
  it('of nothing changes nothing', () => {
    expect(warped(NUMBERS, {})).toEqual(NUMBERS);
  });

  it('by whole pixels moves them, and fills in zeros or the edge', () => {
    expect(warped(NUMBERS, { right: 1, down: -1 })).toEqual([
      [0, 4, 5],
      [0, 7, 8],
      [0, 0, 0],
    ]);
    expect(warped(NUMBERS, { right: 1, down: -1, fill: 'edge' })).toEqual([
      [4, 4, 5],
      [7, 7, 8],
      [7, 7, 8],
    ]);
  });

  it('by half a pixel takes the mean of two', () => {
    expect(warped(NUMBERS, { right: 0.5 })).toEqual([
      [0.5, 1.5, 2.5],
      [2, 4.5, 5.5],
      [3.5, 7.5, 8.5],
    ]);
  });

  it('by a quarter turn clockwise turns a square', () => {
    const turned = warped(NUMBERS, { angle: Math.PI / 2, fill: 'edge' });
    const expected = [
      [7, 4, 1],
      [8, 5, 2],
      [9, 6, 3],
    ];
    turned.flat().forEach((value, at) => {
      expect(value).toBeCloseTo(expected.flat()[at] as number, 5);
    });
  });

  it('keeps a slope a slope: turned by φ and enlarged by z it is turned by φ and z times flatter', () => {
    const size = 21;
    const slope = (y: number, x: number) => 3 * (x - 10) + 2 * (y - 10);
    const rows = Array.from({ length: size }, (_, y) =>
      Array.from({ length: size }, (__, x) => slope(y, x)),
    );
    const [angle, zoom] = [0.3, 1.25];
    const result = warped(rows, { angle, zoom, right: 1.5, down: -0.25 });
    // Away from the edges nothing comes in from outside.
    for (let y = 8; y < 13; y += 1) {
      for (let x = 8; x < 13; x += 1) {
        const [dx, dy] = [x - 11.5, y - 9.75];
        const fromX = (Math.cos(angle) * dx + Math.sin(angle) * dy) / zoom;
        const fromY = (Math.cos(angle) * dy - Math.sin(angle) * dx) / zoom;
        expect(result[y]?.[x]).toBeCloseTo(3 * fromX + 2 * fromY, 4);
      }
    }
  });

  it('moves every channel alike', () => {
    const values = Float32Array.of(1, 10, 2, 20, 3, 30, 4, 40);
    warpPicture({ values, height: 2, width: 2, channels: 2 }, { ...STILL, right: 1 });
    expect([...values]).toEqual([0, 0, 1, 10, 0, 0, 3, 30]);
  });
});

describe('a flip', () => {
  it.each([
    ['horizontal', [[3, 2, 1], [6, 5, 4]]],
    ['vertical', [[4, 5, 6], [1, 2, 3]]],
  ] as const)('is %s', (axis, expected) => {
    const picture = pictureOf([[1, 2, 3], [4, 5, 6]]);
    flipPicture(picture, axis);
    expect(rowsOf(picture)).toEqual(expected);
  }); // prettier-ignore
});

describe('a cut-out', () => {
  it.each([
    [{ left: 1, top: 0, side: 2 }, [[1, 0, 0], [4, 0, 0], [7, 8, 9]]],
    [{ left: -1, top: 2, side: 2 }, [[1, 2, 3], [4, 5, 6], [0, 8, 9]]],
    [{ left: 2, top: -1, side: 3 }, [[1, 2, 0], [4, 5, 0], [7, 8, 9]]],
    [{ left: 3, top: 0, side: 2 }, NUMBERS],
    [{ left: -2, top: 0, side: 2 }, NUMBERS],
  ])('blanks %j, as far as it is in the picture', (square, expected) => {
    const picture = pictureOf(NUMBERS);
    cutOut(picture, square);
    expect(rowsOf(picture)).toEqual(expected);
  }); // prettier-ignore
});
