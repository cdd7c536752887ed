/** A picture of pixels as a data: URI, a small one as SVG; what people see of an image row. */
import { pixelPng } from './pixel-png.ts';

/** More squares than this weigh more than a PNG. */
const MAX_SQUARES = 1_024;

/**
 * @param shape  `[height, width, channels]`, 1 channel grey, 3 red, green, blue.
 * @param pixels  in [0, 1], row by row, channels last.
 */
export function pixelPicture(shape: readonly number[], pixels: readonly number[]): string {
  const [height = 0, width = 0, channels = 1] = shape;
  if (height * width > MAX_SQUARES) {
    return `data:image/png;base64,${pixelPng(shape, pixels).toString('base64')}`;
  }
  const squares: string[] = [];
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = (y * width + x) * channels;
      const colour = colourOf(pixels.slice(at, at + channels));
      if (colour === '#000000') continue;
      squares.push(`<path fill="${colour}" d="M${x} ${y}h1v1h-1z"/>`);
    }
  }
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" ` +
    `width="${width * 16}" height="${height * 16}" shape-rendering="crispEdges">` +
    `<path d="M0 0h${width}v${height}h-${width}z"/>${squares.join('')}</svg>`;
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
}

function colourOf(values: readonly number[]): string {
  const [first = 0] = values;
  const rgb = values.length >= 3 ? values.slice(0, 3) : [first, first, first];
  return `#${rgb.map(hexOf).join('')}`;
}

function hexOf(value: number): string {
  const level = Math.round(255 * Math.min(1, Math.max(0, value)));
  return level.toString(16).padStart(2, '0');
}
