/** The data and the architecture that `train` works with. */
import type { ArtifactStore } from '../artifacts/artifact.ts';
import type { DatasetManifest, PartName } from '../data/dataset.ts';
import { loadPart } from '../data/load-part.ts';
import { PipelineError } from '../errors.ts';
import type { Json } from '../json.ts';
import { decodeArchitecture } from '../ml/architectures/decode-architecture.ts';
import type { Architecture } from '../ml/model.ts';
import { MemoryRows } from '../ml/training/memory-rows.ts';
import type { RowSource } from '../ml/training/rows.ts';
import type { PlateauOptions } from '../ml/training/schedules/plateau.ts';
import type { TrainStep } from './step-types.ts';

type Input = TrainStep['with'];

/** Keras' defaults. */
export const PLATEAU: PlateauOptions = {
  monitor: 'validationLoss',
  factor: 0.1,
  patience: 10,
  minDelta: 1e-4,
  cooldown: 0,
  minRate: 0,
};

export interface LoadedInput {
  readonly architecture: Architecture;
  readonly manifest: DatasetManifest;
  readonly train: RowSource;
  readonly validation: RowSource | null;
}

/**
 * @throws PipelineError `SHAPE_MISMATCH`, `DATA_INVALID`; `SPEC_INVALID` if an empty validation part
 * is to be watched; as `loadPart`.
 */
export async function loadTraining(input: Input, store: ArtifactStore): Promise<LoadedInput> {
  const architecture = decodeArchitecture(await store.getJson<Json>(input.architecture));
  const read = async (name: PartName): Promise<{ manifest: DatasetManifest; rows: RowSource }> => {
    const { manifest, rows: count, x, y } = await loadPart(store, input.dataset, name);
    const width = manifest.inputShape.reduce((product, size) => product * size, 1);
    return { manifest, rows: new MemoryRows({ count, width, x, y }, input.seed) };
  };
  const { manifest, rows: train } = await read('train');
  const { rows: validation } = await read('validation');
  requireFit(architecture, manifest);
  if (train.count === 0) throw new PipelineError('DATA_INVALID', 'The training part has no rows');
  if (validation.count === 0) requireNoValidation(input);
  return { architecture, manifest, train, validation: validation.count > 0 ? validation : null };
}

function requireNoValidation({ earlyStopping, keepBest, schedule }: Input): void {
  const { type, monitor } = { ...PLATEAU, type: null, ...schedule };
  const isWatched = type === 'plateau' && monitor !== 'loss' && monitor !== 'accuracy';
  const readers = { earlyStopping, keepBest, schedule: isWatched || undefined };
  const [reader] = Object.entries(readers).find(([, value]) => value !== undefined) ?? [];
  if (reader === undefined) return;
  throw new PipelineError('SPEC_INVALID', `${reader} needs rows in the validation part`, {
    remedy: `give split.validation a share, or remove ${reader}`,
  });
}

function requireFit(architecture: Architecture, { inputShape, classes }: DatasetManifest): void {
  const takes = `[${architecture.inputShape.join(', ')}] and ${architecture.classes} classes`;
  const has = `[${inputShape.join(', ')}] and ${classes.length} classes`;
  if (takes === has) return;
  throw new PipelineError(
    'SHAPE_MISMATCH',
    `The architecture is for ${takes}, the data set has ${has}`,
    { remedy: 'draw the architecture for this data set' },
  );
}
