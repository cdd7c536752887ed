import { UMAP } from 'umap-js';
import { CounterRandom } from '../random.ts';
import type { Neighbour } from './nearest-rows.ts';
import type { RowTable } from './principal-components.ts';

export interface NeighbourProjection {
  readonly table: RowTable;
  /** As `nearestRows`. */
  readonly neighbours: readonly (readonly Neighbour[])[];
  readonly seed: number;
  /** Called now and then. */
  readonly onEpochs: () => void;
}

/** As the reference has it: a row and its 14 nearest. */
const NEIGHBOURS = 15;
const MIN_ROWS = 5;
const EPOCHS_BETWEEN_BEATS = 25;

/**
 * UMAP: places in which rows lie near those that they are near to. Distances between groups mean
 * little.
 *
 * @returns `null` for fewer than five rows, of which it makes nothing.
 * @see McInnes, Healy and Melville 2018, arXiv:1802.03426
 */
export function projectNeighbours(
  projection: NeighbourProjection,
): readonly (readonly [number, number])[] | null {
  const { table, neighbours, seed, onEpochs } = projection;
  const { values, rows, width } = table;
  if (rows < MIN_ROWS) return null;
  const random = new CounterRandom({ seed, stream: 'umap' });
  const nNeighbors = Math.min(NEIGHBOURS, rows - 1);
  const umap = new UMAP({ nNeighbors, minDist: 0.1, random: () => random.uniform() });
  // The library looks for neighbours at random, and finds nearly all.
  const around = neighbours.map((others, row) => [
    { row, distance: 0 },
    ...others.slice(0, nNeighbors - 1),
  ]);
  umap.setPrecomputedKNN(
    around.map((own) => own.map((neighbour) => neighbour.row)),
    around.map((own) => own.map((neighbour) => neighbour.distance)),
  );
  const points = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: width }, (__, at) => values[row * width + at] ?? NaN),
  );
  const epochs = umap.initializeFit(points);
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    umap.step();
    if (epoch % EPOCHS_BETWEEN_BEATS === 0) onEpochs();
  }
  return umap.getEmbedding().map(([x = NaN, y = NaN]) => [x, y] as const);
}
