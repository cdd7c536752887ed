import { PipelineError } from '../../errors.ts';
import { mix } from './colour.ts';
import type { DataTable } from './data-table.ts';
import { type Plane, shrinkPlane } from './shrink-plane.ts';
import type { Theme } from './theme.ts';
import { type Tile, tileGrid } from './tile-grid.ts';

export interface LayerMaps {
  readonly layer: string;
  readonly channels: number;
  /** The strongest, in their order. Of steps: one map, its steps across and its channels down. */
  readonly maps: readonly { readonly label: string; readonly plane: Plane }[];
  readonly isSteps: boolean;
  readonly lowest: number;
  readonly highest: number;
}

export interface ShownRow {
  readonly sourceRow: number;
  /** The picture that the row is, 0 to 1. */
  readonly picture: Plane | null;
}

const MOST_MAPS = 15;
const LARGEST_SIDE = 32;
const LARGEST_STEPS = 128;

/**
 * @param shape   of what the layer gives: `[height, width, channels]` or `[steps, channels]`.
 * @param values  of one row.
 * @throws PipelineError `SPEC_INVALID` for a layer that has neither places nor steps; `MODEL_INVALID`
 * for values that are not finite.
 */
export function mapsOf(
  layer: string,
  shape: readonly number[],
  values: ArrayLike<number>,
): LayerMaps {
  if (shape.length !== 2 && shape.length !== 3) {
    throw new PipelineError(
      'SPEC_INVALID',
      `the layer "${layer}" gives [${shape.join(', ')}], which has no places to draw a map of`,
      { remedy: 'name a layer before the places are joined, such as a convolution' },
    );
  }
  const all = Array.from(values);
  if (!all.every(Number.isFinite)) {
    throw new PipelineError(
      'MODEL_INVALID',
      `the layer "${layer}" gives values that are not finite`,
    );
  }
  const maps = shape.length === 2 ? [stepsOf(shape, all)] : strongest(shape, all);
  const drawn = maps.flatMap(({ plane }) => Array.from(plane.values));
  return {
    layer,
    channels: shape.at(-1) ?? 0,
    maps,
    isSteps: shape.length === 2,
    lowest: Math.min(0, ...drawn),
    highest: Math.max(0, ...drawn),
  };
}

function strongest([height = 0, width = 0, channels = 0]: readonly number[], values: number[]) {
  const sums = Array.from({ length: channels }, (_, channel) => {
    let sum = 0;
    for (let at = channel; at < values.length; at += channels) sum += Math.abs(values[at] ?? 0);
    return { channel, sum };
  });
  return sums
    .sort((a, b) => b.sum - a.sum || a.channel - b.channel)
    .slice(0, MOST_MAPS)
    .sort((a, b) => a.channel - b.channel)
    .map(({ channel }) => {
      const own = values.filter((_, at) => at % channels === channel);
      const plane = shrinkPlane({ height, width, values: own }, LARGEST_SIDE);
      return { label: `channel ${channel}`, plane };
    });
}

function stepsOf([steps = 0, channels = 0]: readonly number[], values: number[]) {
  const turned = Array.from(
    { length: steps * channels },
    (_, at) => values[(at % steps) * channels + Math.floor(at / steps)] ?? 0,
  );
  const plane = shrinkPlane({ height: channels, width: steps, values: turned }, LARGEST_STEPS);
  return { label: `across: ${steps} steps · down: ${channels} channels`, plane };
}

/**
 * The row's picture and what the layer's channels make of it: the further from the paper, the
 * stronger; one scale for all.
 *
 * @returns SVG.
 */
export function activationMap(found: LayerMaps, row: ShownRow, theme: Theme): string {
  const { layer, maps, isSteps, channels, lowest, highest } = found;
  const input: Tile[] = row.picture
    ? [tileOf('the row', row.picture, (value) => mix(theme.paper, theme.ink, value))]
    : [];
  const shade = (value: number): string =>
    mix(theme.paper, theme.deepest, (value - lowest) / (highest - lowest || 1));
  const tiles = maps.map(({ label, plane }) => tileOf(label, plane, shade));
  const shown = isSteps || maps.length === channels ? '' : `, the strongest ${maps.length}`;
  return tileGrid(
    {
      heading: `Activations of ${layer}, row ${row.sourceRow}`,
      notes: [
        `${channels} channels${shown}`,
        `paper: ${lowest.toPrecision(3)} · strongest shade: ${highest.toPrecision(3)}`,
      ],
      tiles: isSteps ? tiles : [...input, ...tiles],
      side: isSteps ? 520 : 96,
      title: `Activations of the layer ${layer} for row ${row.sourceRow}`,
    },
    theme,
  );
}

const tileOf = (label: string, plane: Plane, shade: (value: number) => string): Tile => ({
  label,
  height: plane.height,
  width: plane.width,
  colourOf: (pixel) => shade(plane.values[pixel] ?? 0),
});

/** The activations as drawn. */
export function activationTable({ maps, isSteps }: LayerMaps): DataTable {
  return {
    columns: isSteps ? ['channel', 'step', 'activation'] : ['map', 'row', 'column', 'activation'],
    rows: maps.flatMap(({ label, plane: { width, values } }) =>
      Array.from(values, (value, pixel) => [
        ...(isSteps ? [] : [label]),
        Math.floor(pixel / width),
        pixel % width,
        value,
      ]),
    ),
  };
}
