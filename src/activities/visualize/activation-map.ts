import { activationMap, activationTable, mapsOf } from '../../ml/visualize/activation-map.ts';
import { firstOfType, type OpenLayer, openLayer } from '../../ml/visualize/open-layer.ts';
import { type Plane, shrinkPlane } from '../../ml/visualize/shrink-plane.ts';
import { chooseRows, type PlacedRow, takeRows } from './choose-rows.ts';
import type { Draw, Drawing } from './drawing.ts';
import { withNetworkOnData } from './open-network.ts';

/** A selection without rows gives no pictures. */
export const drawActivations: Draw = async (input, context) => {
  const chosen = await chooseRows(input, context);
  const place = { context, picture: 'activation-map' } as const;
  return withNetworkOnData({ ...input, part: chosen.part }, place, async ({ network, part }) => {
    const name = input.layer ?? firstOfType(network, ['conv2d', 'conv1d']);
    const layer = openLayer(network, name);
    try {
      const { inputShape } = network.architecture;
      const drawings: Drawing[] = [];
      for (const row of takeRows(chosen, part, input.limit)) {
        drawings.push(await drawRow(row, layer, inputShape));
      }
      return drawings;
    } finally {
      layer.dispose();
    }
  });
};

async function drawRow(
  { sourceRow, x }: PlacedRow,
  layer: OpenLayer,
  inputShape: readonly number[],
): Promise<Drawing> {
  const found = mapsOf(layer.name, layer.shape, await layer.values(x, 1));
  const picture = pictureOf(inputShape, x);
  return {
    name: `activation-map-${sourceRow}`,
    title: `What ${layer.name} makes of row ${sourceRow}`,
    caption: `Activations of the layer for this row, between ${found.lowest.toPrecision(3)} and ${found.highest.toPrecision(3)}, all in one scale.`,
    sourceRow,
    data: activationTable(found),
    svg: (theme) => activationMap(found, { sourceRow, picture }, theme),
  };
}

/** Its channels averaged; `null` of a row that is no picture. */
function pictureOf(shape: readonly number[], x: Float32Array): Plane | null {
  const [height, width, channels] = shape;
  if (shape.length !== 3 || !height || !width || !channels) return null;
  const values = Float64Array.from({ length: height * width }, (_, pixel) => {
    let sum = 0;
    for (let at = 0; at < channels; at += 1) sum += x[pixel * channels + at] ?? 0;
    return sum / channels;
  });
  return shrinkPlane({ height, width, values }, 32);
}
