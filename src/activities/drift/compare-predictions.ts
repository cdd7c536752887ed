/** Whether a model answers new rows otherwise than those that it is compared on. */
import type { LoadedPart } from '../../data/load-part.ts';
import { transcodeRows } from '../../data/transcode-rows.ts';
import type { ArtifactRef } from '../../artifacts/artifact.ts';
import type { CategorySample } from '../../ml/audit/drift/measure-sample.ts';
import { predictedClasses } from '../../ml/audit/metrics.ts';
import { loadClassifier } from '../../ml/classifier.ts';
import { predictRows } from '../model-on-data.ts';
import type { StepContext } from '../step.ts';
import type { NewRows } from './new-rows.ts';

export interface PredictionSample {
  readonly classes: readonly string[];
  readonly sample: CategorySample;
}

/**
 * @param references  of a fusion's members the rows of all together.
 * @throws PipelineError `SHAPE_MISMATCH` for rows that the model cannot read; as `loadClassifier`.
 */
export async function comparePredictions(
  model: ArtifactRef,
  {
    references,
    current,
  }: { readonly references: readonly LoadedPart[]; readonly current: NewRows },
  context: StepContext,
): Promise<PredictionSample> {
  const { classifier, manifest } = await loadClassifier(context.store, model);
  try {
    const { classes, encoders } = manifest.input;
    const classesOf = async (x: Float32Array, rows: number) => {
      const table = await predictRows(classifier, { x, rows }, context);
      return Array.from(predictedClasses(table), (label) => classes[label] ?? '');
    };
    const before: string[] = [];
    for (const part of references) {
      const x = transcodeRows(part, part.manifest.encoders, encoders);
      before.push(...(await classesOf(x, part.rows)));
    }
    const { x, rows } = await current.encodedBy(encoders);
    const now = await classesOf(x, rows);
    return {
      classes,
      sample: { type: 'categories', column: 'predicted class', reference: before, current: now },
    };
  } finally {
    classifier.dispose();
  }
}
