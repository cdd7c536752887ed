/** What each member of a fusion says of the validation part. */
import type { ArtifactRef } from '../../artifacts/artifact.ts';
import type { LoadedPart } from '../../data/load-part.ts';
import {
  accuracyOf,
  crossEntropyOf,
  predictedClasses,
  type ProbabilityTable,
} from '../../ml/audit/metrics.ts';
import { loadClassifier } from '../../ml/classifier.ts';
import type { CascadeMember } from '../../ml/fusion/choose-thresholds.ts';
import type { ModelManifest } from '../../ml/model.ts';
import { predictRows, requireFit } from '../model-on-data.ts';
import type { FuseStep } from '../step-types.ts';
import type { StepContext } from '../step.ts';

export type Metrics = FuseStep['outputs']['fused'];

export interface Member extends CascadeMember {
  readonly ref: ArtifactRef;
  readonly manifest: ModelManifest;
  readonly metrics: Metrics;
  /** `[rows]`: probability of each row's true class. */
  readonly likelihoods: Float32Array;
}

/**
 * @param who  as a message names it, such as `member 2`.
 * @throws PipelineError `SHAPE_MISMATCH` naming the member; as `loadClassifier` and `predictRows`.
 */
export async function measureMember(
  ref: ArtifactRef,
  who: string,
  { part, context }: { readonly part: LoadedPart; readonly context: StepContext },
): Promise<Member> {
  const { classifier, manifest } = await loadClassifier(context.store, ref);
  try {
    requireFit(manifest.input, part, `fuse: ${who}`);
    const table = await predictRows(classifier, part, context);
    const { classes, values } = table;
    const ofRow = (row: number) => values.subarray(row * classes, (row + 1) * classes);
    return {
      ref,
      manifest,
      metrics: metricsOf(part, table),
      likelihoods: Float32Array.from(part.y, (label, row) => ofRow(row)[label] ?? NaN),
      confidences: Float32Array.from(part.y, (_, row) => Math.max(...ofRow(row))),
      right: rightOf(part, table),
    };
  } finally {
    classifier.dispose();
  }
}

function metricsOf({ y }: LoadedPart, table: ProbabilityTable): Metrics {
  return { accuracy: accuracyOf(y, predictedClasses(table)), loss: crossEntropyOf(y, table) };
}

/** `[rows]`: 1 where the likeliest class is the true one, else 0. */
function rightOf({ y }: LoadedPart, table: ProbabilityTable): Uint8Array {
  return Uint8Array.from(predictedClasses(table), (found, row) => Number(found === y[row]));
}
