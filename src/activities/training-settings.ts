import type { TrainStep } from './step-types.ts';

/** What every training is told, whatever its network starts from. */
export type TrainingSettings = Omit<TrainStep['with'], 'architecture' | 'warmStart'>;
