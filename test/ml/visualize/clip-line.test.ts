import { clipLine } from '../../../src/ml/visualize/clip-line.ts';

const CORNER = { x: [0, 1], y: [0, 1] } as const;

describe('clipLine', () => {
  it('keeps what lies within, and cuts at the edges', () => {
    const line = [
      { x: -1, y: 0.5 },
      { x: 0.5, y: 0.5 },
      { x: 0.5, y: 2 },
    ];
    expect(clipLine(line, CORNER)).toEqual([
      [
        { x: 0, y: 0.5 },
        { x: 0.5, y: 0.5 },
        { x: 0.5, y: 1 },
      ],
    ]);
  });

  it('makes pieces of a line that leaves and comes back', () => {
    const line = [
      { x: 0.2, y: 0.5 },
      { x: 0.2, y: 3 },
      { x: 0.8, y: 3 },
      { x: 0.8, y: 0.5 },
    ];
    expect(clipLine(line, CORNER)).toEqual([
      [
        { x: 0.2, y: 0.5 },
        { x: 0.2, y: 1 },
      ],
      [
        { x: 0.8, y: 1 },
        { x: 0.8, y: 0.5 },
      ],
    ]);
  });

  it('finds nothing of a line outside, and none in a single point', () => {
    expect(
      clipLine(
        [
          { x: 2, y: 0 },
          { x: 2, y: 1 },
        ],
        CORNER,
      ),
    ).toEqual([]);
    expect(clipLine([{ x: 0.5, y: 0.5 }], CORNER)).toEqual([]);
  });
});
