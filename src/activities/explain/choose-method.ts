/** Which way to explain, and whether it can. */
import type { DatasetManifest } from '../../data/dataset.ts';
import { PipelineError } from '../../errors.ts';
import { needsGradients, refusalOf } from '../../explain-methods.ts';
import { inputsOf } from '../../ml/architectures/infer-shapes.ts';
import { LARGEST_KERNEL_FEATURES } from '../../ml/explain/kernel-shap.ts';
import type { Explanations } from '../../ml/model.ts';
import type { LoadedModelOnData } from '../model-on-data.ts';
import type { ExplainStep } from '../step-types.ts';
import type { StepContext } from '../step.ts';

type MethodName = Explanations['method'];

/** Up to so many features `auto` takes the exact method. */
const LARGEST_AUTO_EXACT = 10;

/** @throws PipelineError `SPEC_INVALID` for a method that cannot explain such rows. */
export function chooseMethod(
  method: ExplainStep['with']['method'],
  manifest: DatasetManifest,
): MethodName {
  const { inputShape } = manifest;
  const inputs = inputsOf(manifest);
  const isText = inputs.some(({ vocabulary }) => vocabulary !== undefined);
  if (!isText && method === 'passage-shap') {
    throw new PipelineError(
      'SPEC_INVALID',
      'explain: passage-shap is of texts, and there is none',
      {
        remedy: 'use the method auto',
      },
    );
  }
  const refusal = refusalOf(method, inputs);
  if (refusal) {
    const { message, remedy } = refusal;
    throw new PipelineError('SPEC_INVALID', `explain: ${message}`, { remedy });
  }
  if (method !== 'auto') return method;
  if (isText) return 'kernel-shap';
  if (inputShape.length > 1) return 'integrated-gradients';
  const [features = 0] = inputShape;
  if (features > LARGEST_KERNEL_FEATURES) return 'integrated-gradients';
  return features <= LARGEST_AUTO_EXACT ? 'exact-shap' : 'kernel-shap';
}

export function warnOfVote(
  method: MethodName,
  { manifest }: LoadedModelOnData,
  context: StepContext,
) {
  if (!needsGradients(method)) return;
  if (manifest.type !== 'fusion' || manifest.method !== 'vote') return;
  context.log(
    'warn',
    `a vote has no gradient: ${method} explains the mean probability of its members`,
  );
}
