import { element } from './svg.ts';

export interface GridPlace {
  /** Pixels of the drawing. */
  readonly left: number;
  readonly top: number;
  /** Of the longer side. */
  readonly side: number;
  readonly frame: string;
}

export interface GridValues {
  readonly height: number;
  readonly width: number;
  /** @returns `#rrggbb` of a pixel, row after row. */
  readonly colourOf: (pixel: number) => string;
}

/** Pixels as squares without seams in a frame, those of one colour as one path. */
export function pixelGrid(place: GridPlace, { height, width, colourOf }: GridValues): string {
  const { left, top, side, frame } = place;
  const size = side / Math.max(height, width);
  const paths = new Map<string, string>();
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width;) {
      const colour = colourOf(row * width + column);
      let end = column + 1;
      while (end < width && colourOf(row * width + end) === colour) end += 1;
      const run = `M${column} ${row}h${end - column}v1h${column - end}z`;
      paths.set(colour, (paths.get(colour) ?? '') + run);
      column = end;
    }
  }
  const cells = [...paths].map(([fill, d]) => element('path', { fill, d })).join('');
  const moved = `translate(${left} ${top}) scale(${Math.round(size * 1e4) / 1e4})`;
  return (
    element('g', { transform: moved, 'shape-rendering': 'crispEdges' }, cells) +
    element('rect', {
      x: left,
      y: top,
      width: width * size,
      height: height * size,
      fill: 'none',
      stroke: frame,
    })
  );
}
