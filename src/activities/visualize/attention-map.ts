import { attentionMap, attentionTable, drawnAttention } from '../../ml/visualize/attention-map.ts';
import { attentionShares } from '../../ml/visualize/attention-shares.ts';
import { firstOfType } from '../../ml/visualize/open-layer.ts';
import { chooseRows, takeRows } from './choose-rows.ts';
import type { Draw, Drawing } from './drawing.ts';
import { withNetworkOnData } from './open-network.ts';
import { readSteps } from './read-steps.ts';

/** A selection without rows gives no pictures, and neither does a row that is all padding. */
export const drawAttention: Draw = async (input, context) => {
  const chosen = await chooseRows(input, context);
  const place = { context, picture: 'attention-map' } as const;
  return withNetworkOnData({ ...input, part: chosen.part }, place, ({ network, part }) => {
    const layer = input.layer ?? firstOfType(network, ['multiHeadAttention']);
    const rows = takeRows(chosen, part, input.limit);
    const drawings = rows.flatMap(({ sourceRow, x }): Drawing[] => {
      const shares = attentionShares(network, { x, layer });
      const present = readSteps(x, part.manifest, shares.valueSteps);
      if (present.length === 0) return [];
      const drawn = drawnAttention(shares, present);
      return [
        {
          name: `attention-map-${sourceRow}`,
          title: `What ${layer} looks at in row ${sourceRow}`,
          caption: `Shares of attention of ${drawn.heads} of ${drawn.headsInAll} heads between the ${drawn.to.length} of ${present.length} tokens that are looked at most; each line sums to 1.`,
          sourceRow,
          data: attentionTable(drawn),
          svg: (theme) => attentionMap(drawn, { layer, sourceRow }, theme),
        },
      ];
    });
    return Promise.resolve(drawings);
  });
};
