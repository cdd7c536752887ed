/** A training snapshot as a checkpoint, and back. */
import type { JsonObject } from '../../json.ts';
import type { TrainingSnapshot } from '../training/training-snapshot.ts';
import type { Checkpoint } from './checkpoint-file.ts';

const OPTIMIZER = 'optimizer/';

type PlainState = Omit<TrainingSnapshot, 'weights' | 'bestWeights' | 'gradient' | 'optimizer'> & {
  readonly scalars: Readonly<Record<string, number>>;
};

/** JSON keeps every finite double exactly, so only the vectors need to be binary. */
export function toCheckpoint(job: string, snapshot: TrainingSnapshot): Checkpoint {
  const { weights, bestWeights, gradient, optimizer, ...plain } = snapshot;
  const vectors: Record<string, Float32Array> = { weights };
  if (bestWeights) vectors['bestWeights'] = bestWeights;
  if (gradient) vectors['gradient'] = gradient;
  for (const [name, values] of Object.entries(optimizer.vectors)) {
    vectors[`${OPTIMIZER}${name}`] = values;
  }
  const state: PlainState = { ...plain, scalars: optimizer.scalars };
  return { job, state: state as unknown as JsonObject, vectors };
}

export function fromCheckpoint({ state, vectors }: Checkpoint): TrainingSnapshot {
  const { scalars, ...plain } = state as unknown as PlainState;
  const optimizerVectors = Object.entries(vectors)
    .filter(([name]) => name.startsWith(OPTIMIZER))
    .map(([name, values]) => [name.slice(OPTIMIZER.length), values] as const);
  return {
    ...plain,
    weights: vectors['weights'] as Float32Array,
    bestWeights: vectors['bestWeights'] ?? null,
    gradient: vectors['gradient'] ?? null,
    optimizer: { scalars, vectors: Object.fromEntries(optimizerVectors) },
  };
}
