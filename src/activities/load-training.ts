/** The data and the architecture that `train` works with. */
import type { ArtifactStore } from '../artifacts/artifact.ts';
import type { DatasetManifest } from '../data/dataset.ts';
import { decodeDataset } from '../data/decode-dataset.ts';
import { PipelineError } from '../errors.ts';
import type { Json } from '../json.ts';
import { decodeArchitecture } from '../ml/architectures/decode-architecture.ts';
import type { Architecture } from '../ml/model.ts';
import type { RowSource } from '../ml/training/rows.ts';
import type { PlateauOptions } from '../ml/training/schedules/plateau.ts';
import { PartSources } from './part-sources.ts';
import type { TrainStep } from './step-types.ts';
import type { TrainingSettings } from './training-settings.ts';

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
  /** Closes what is read from disk. */
  readonly close: () => Promise<void>;
}

/** @throws PipelineError as `openTraining`, and for a malformed architecture or data set. */
export async function loadTraining(
  input: TrainStep['with'],
  store: ArtifactStore,
): Promise<LoadedInput> {
  const architecture = decodeArchitecture(await store.getJson<Json>(input.architecture));
  const manifest = decodeDataset(await store.getJson<Json>(input.dataset));
  return openTraining({ settings: input, architecture, manifest, store });
}

interface Opening {
  readonly settings: TrainingSettings;
  readonly architecture: Architecture;
  readonly manifest: DatasetManifest;
  readonly store: ArtifactStore;
}

/**
 * @throws PipelineError `SHAPE_MISMATCH`, `DATA_INVALID`; `SPEC_INVALID` if an empty validation part
 * is to be watched; as `loadPart` and `openPart`.
 */
export async function openTraining(opening: Opening): Promise<LoadedInput> {
  const { settings, architecture, manifest } = opening;
  requireFit(architecture, manifest);
  const { train, validation } = manifest.parts;
  if (train.rows === 0) throw new PipelineError('DATA_INVALID', 'The training part has no rows');
  if (validation.rows === 0) requireNoValidation(settings);
  const sources = new PartSources(opening);
  try {
    return {
      architecture,
      manifest,
      train: await sources.open('train'),
      validation: validation.rows > 0 ? await sources.open('validation') : null,
      close: () => sources.close(),
    };
  } catch (error) {
    await sources.close();
    throw error;
  }
}

function requireNoValidation({ earlyStopping, keepBest, schedule }: TrainingSettings): void {
  const { type, monitor } = { ...PLATEAU, type: null, ...schedule };
  const isWatched = type === 'plateau' && monitor !== 'loss' && monitor !== 'accuracy';
  const readers = { earlyStopping, keepBest, schedule: isWatched || undefined };
  const [reader] = Object.entries(readers).find(([, value]) => value !== undefined) ?? [];
  if (reader === undefined) return;
  throw new PipelineError('SPEC_INVALID', `${reader} needs rows in the validation part`, {
    remedy: `give split.validation a share, or remove ${reader}`,
  });
}

function requireFit(architecture: Architecture, manifest: DatasetManifest): void {
  const takes = describeFit(architecture, architecture.classes);
  const has = describeFit(manifest, manifest.classes.length);
  if (takes === has) return;
  throw new PipelineError(
    'SHAPE_MISMATCH',
    `The architecture is for ${takes}, the data set has ${has}`,
    { remedy: 'draw the architecture for this data set' },
  );
}

function describeFit(
  { inputShape, labelShape }: Pick<Architecture, 'inputShape' | 'labelShape'>,
  classes: number,
): string {
  const said = labelShape
    ? `texts of ${labelShape.join()} places of ${classes} tokens`
    : `${classes} classes`;
  return `[${inputShape.join(', ')}] and ${said}`;
}
