import { filterTable, filterTiles } from '../../ml/visualize/filter-tiles.ts';
import { firstLayerOf } from '../../ml/visualize/first-layer.ts';
import type { Draw } from './drawing.ts';
import { withNetwork } from './open-network.ts';

export const drawFilters: Draw = (input, context) =>
  withNetwork(input, { context, picture: 'first-layer-filters' }, ({ network }) => {
    const layer = firstLayerOf(network);
    const what = layer.type === 'dense' ? 'units' : 'filters';
    return Promise.resolve([
      {
        name: 'first-layer-filters',
        title: `What ${layer.name} looks for`,
        caption: `The weights of ${layer.filters.length} of ${layer.count} ${what}, averaged over the channels; each is scaled by its own largest weight.`,
        sourceRow: null,
        data: filterTable(layer),
        svg: (theme) => filterTiles(layer, theme),
      },
    ]);
  });
