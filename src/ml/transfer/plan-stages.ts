/** Which layers of a base each stage of a transfer trains, and at what rates. */
import { suggest } from '../../did-you-mean.ts';
import { PipelineError } from '../../errors.ts';
import { matchesGlob } from '../../glob.ts';
import type { TrainingStage } from '../training/training-stages.ts';

export type LayerSelection = 'all' | 'none' | readonly string[];

export interface StageOptions {
  readonly epochs: number;
  /** Globs of names of kept layers that are trained from this stage on. */
  readonly unfreeze?: readonly string[] | undefined;
  /** η of the stage. @default that of the optimizer */
  readonly learningRate?: number | undefined;
}

export interface StagePlan {
  /** Names of the kept layers, which come first in the architecture. */
  readonly kept: readonly string[];
  readonly freeze: LayerSelection;
  readonly stages: readonly StageOptions[];
  /** η of the optimizer. */
  readonly learningRate: number;
}

/** @throws PipelineError `SPEC_INVALID` for a pattern that is the name of no kept layer. */
export function planStages({ kept, freeze, stages, learningRate }: StagePlan): TrainingStage[] {
  const frozen = new Set(selectLayers(freeze, kept, 'freeze'));
  return stages.map(({ epochs, unfreeze = [], learningRate: own = learningRate }, index) => {
    const thawed = selectLayers(unfreeze, kept, `stages[${index}].unfreeze`);
    for (const layer of thawed) frozen.delete(layer);
    return { epochs, frozen: new Set(frozen), rateScale: own / learningRate };
  });
}

/** @returns indices into `kept`. */
function selectLayers(
  selection: LayerSelection,
  kept: readonly string[],
  where: string,
): readonly number[] {
  if (selection === 'none') return [];
  if (selection === 'all') return kept.map((_, index) => index);
  return selection.flatMap((pattern) => {
    const found = kept.flatMap((name, index) => (matchesGlob(pattern, name) ? [index] : []));
    if (found.length > 0) return found;
    const message = `${where}: no layer that is kept of the base is named "${pattern}"`;
    const remedy = suggest(pattern, kept, 'layers');
    throw new PipelineError('SPEC_INVALID', message, { remedy });
  });
}

/**
 * Share of the rate for each kept layer: the topmost with weights has `factor` of the head's, and
 * each below it `factor` of the one above.
 *
 * @param hasWeights  of each kept layer.
 * @see Howard and Ruder 2018, arXiv:1801.06146, section 3.2, where the factor is 1/2.6
 */
export function discriminativeRates(hasWeights: readonly boolean[], factor: number): number[] {
  let rate = 1;
  return hasWeights
    .toReversed()
    .map((has) => (has ? (rate *= factor) : rate))
    .toReversed();
}
