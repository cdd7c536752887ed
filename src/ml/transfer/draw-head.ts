/** New layers on top of taken ones: the output for other classes, and what is hidden before it. */
import type { LayerSpec } from '../../layers/layer-spec.ts';

export interface Head {
  readonly hidden: readonly number[];
  readonly dropout: number;
  /** Of what it reads, without the rows. */
  readonly rank: number;
  readonly classes: number;
}

/**
 * Averages over places or steps where there are any, then come the hidden layers and the output.
 *
 * @param taken  layers whose names the head must not take.
 */
export function drawHead(
  { hidden, dropout, rank, classes }: Head,
  taken: readonly LayerSpec[],
): readonly LayerSpec[] {
  const prefix = freePrefix(taken.map(({ name = '' }) => name));
  const drop = (at: number): LayerSpec[] =>
    dropout > 0 ? [{ type: 'dropout', rate: dropout, name: `${prefix}_dropout_${at}` }] : [];
  const pool: LayerSpec[] =
    rank < 2
      ? []
      : [
          {
            type: rank === 2 ? 'globalAveragePooling1d' : 'globalAveragePooling2d',
            name: `${prefix}_pool`,
          },
        ];
  return [
    ...pool,
    ...drop(0),
    ...hidden.flatMap((units, index): LayerSpec[] => [
      { type: 'dense', units, activation: 'relu', name: `${prefix}_${index + 1}` },
      ...drop(index + 1),
    ]),
    { type: 'dense', units: classes, activation: 'softmax', name: prefix },
  ];
}

/** A base may be a transfer itself. */
function freePrefix(names: readonly string[]): string {
  let prefix = 'head';
  for (let count = 2; names.some((name) => name.split('_')[0] === prefix); count += 1) {
    prefix = `head${count}`;
  }
  return prefix;
}
