/** What the first layer of a network looks for in a picture, as a picture. */
import { productOf } from '../architectures/infer-shapes.ts';
import { renderPng } from '../visualize/render-png.ts';
import { document, element } from '../visualize/svg.ts';
import { THEMES } from '../visualize/theme.ts';
import type { Picture } from './event-file.ts';

export interface FirstKernel {
  readonly type: string;
  /** conv2d `[side, side, channels, filters]`; dense `[values, units]`. */
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
}

/** More could not be told apart. */
const MOST_FILTERS = 64;
const MOST_SIDE = 32;
const TILE = 48;
const GAP = 4;
/** The renderer draws at twice the size. */
const ZOOM = 2;

/**
 * One tile a filter, or a unit of a dense layer over the whole picture: grey is 0, white the
 * largest weight and black its opposite; channels are averaged.
 *
 * @param inputShape  of the network.
 * @returns `null` where the input is no picture, the first kernel sees none of it, or it is too
 * large to draw.
 */
export function filterPicture(inputShape: readonly number[], kernel: FirstKernel): Picture | null {
  const layout = layoutOf(inputShape, kernel);
  if (layout === null) return null;
  const columns = Math.ceil(Math.sqrt(layout.filters));
  const rows = Math.ceil(layout.filters / columns);
  const [width, height] = [columns, rows].map((count) => count * (TILE + GAP) + GAP) as [
    number,
    number,
  ];
  const tiles = Array.from({ length: layout.filters }, (_, filter) => {
    const x = GAP + (filter % columns) * (TILE + GAP);
    const y = GAP + Math.floor(filter / columns) * (TILE + GAP);
    return element('g', { transform: `translate(${x} ${y})` }, tileOf(layout, kernel, filter));
  });
  const svg = document(
    { width, height, title: 'Filters of the first layer', theme: THEMES.light },
    tiles.join(''),
  );
  return { width: ZOOM * width, height: ZOOM * height, png: renderPng(svg) };
}

interface Layout {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly filters: number;
  /** Filters in the kernel, of which `filters` are drawn. */
  readonly stride: number;
}

function layoutOf(inputShape: readonly number[], { type, shape }: FirstKernel): Layout | null {
  if (inputShape.length !== 3) return null;
  const isDense = type === 'dense' && shape[0] === productOf(inputShape);
  const sizes = type === 'conv2d' ? shape : isDense ? [...inputShape, shape[1] ?? 0] : [];
  const [height, width, channels, stride] = sizes;
  if (!height || !width || !channels || !stride || Math.max(height, width) > MOST_SIDE) return null;
  return { height, width, channels, stride, filters: Math.min(stride, MOST_FILTERS) };
}

function tileOf(layout: Layout, { values }: FirstKernel, filter: number): string {
  const { height, width, channels, stride } = layout;
  const weights = Array.from({ length: height * width }, (_, pixel) => {
    let sum = 0;
    for (let channel = 0; channel < channels; channel += 1) {
      sum += values[(pixel * channels + channel) * stride + filter] ?? 0;
    }
    return sum / channels;
  });
  const largest = Math.max(...weights.map(Math.abs)) || 1;
  const side = TILE / Math.max(height, width);
  return weights
    .map((weight, pixel) => {
      const grey = Math.round(127.5 * (1 + weight / largest));
      return element('rect', {
        x: (pixel % width) * side,
        y: Math.floor(pixel / width) * side,
        // A hair more than a pixel, so that no seam shows between two.
        width: side + 0.05,
        height: side + 0.05,
        fill: `rgb(${grey},${grey},${grey})`,
      });
    })
    .join('');
}
