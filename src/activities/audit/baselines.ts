/** The baselines of an audit: the most frequent class, and a simple model where one is given. */
import { decodeInt32 } from '../../data/tensor-bytes.ts';
import { againstBaseline, majorityClass, type Baseline } from '../../ml/audit/baseline.ts';
import { baselineComparison } from '../../ml/audit/group-checks.ts';
import { predictedClasses } from '../../ml/audit/metrics.ts';
import { loadClassifier } from '../../ml/classifier.ts';
import type { BaselineFigure } from '../../ml/model.ts';
import { CounterRandom } from '../../ml/random.ts';
import { predictRows, requireFit, type LoadedModelOnData } from '../model-on-data.ts';
import type { AuditStep } from '../step-types.ts';
import type { StepContext } from '../step.ts';
import type { Audited, AuditSection } from './section.ts';

/** Level of the test where no check names one. */
export const USUAL_ALPHA = 0.05;

/** The model against what needs no model, and against a simple one. */
export const baselines: AuditSection = {
  measure: async (audited) => ({ baselines: await measureBaselines(audited) }),
  compare: baselineComparison,
  warnings: ({ baselines = [] }) =>
    baselines.flatMap(({ name, beaten, difference, pValue }) => {
      const found = `a difference in accuracy of ${difference.toFixed(4)}, p = ${pValue.toPrecision(2)}`;
      return beaten ? [] : [`the model does not beat the baseline "${name}": ${found}`];
    }),
  outputs: ({ baselines = [] }) => ({
    beatsBaseline: baselines.every(({ beaten }) => beaten),
    baselines: baselines.map(baselineOutput),
  }),
};

function baselineOutput({
  modelOnly: _one,
  baselineOnly: _other,
  ...figure
}: BaselineFigure): AuditStep['outputs']['baselines'][number] {
  return figure;
}

/** @throws PipelineError `SHAPE_MISMATCH` if the baseline does not fit the data. */
async function measureBaselines({
  input,
  loaded: { part },
  table,
  context,
}: Audited): Promise<BaselineFigure[]> {
  const baselines: Baseline[] = [{ name: 'majority', predicted: await majority(part, context) }];
  if (input.baseline) {
    const { classifier, manifest } = await loadClassifier(context.store, input.baseline);
    try {
      requireFit(manifest.input, part, 'the baseline');
      const answers = await predictRows(classifier, part, context);
      baselines.push({ name: 'model', predicted: predictedClasses(answers) });
    } finally {
      classifier.dispose();
    }
  }
  const predicted = predictedClasses(table);
  return baselines.map((baseline) =>
    againstBaseline(part.y, predicted, baseline, {
      ...input.bootstrap,
      alpha: input.checks.beatsBaseline?.alpha ?? USUAL_ALPHA,
      random: new CounterRandom({ seed: input.seed, stream: `audit-baseline-${baseline.name}` }),
    }),
  );
}

/** `[rows]` of the audited part. The training part says which class; without one, this part. */
async function majority(
  { manifest, rows, y }: LoadedModelOnData['part'],
  { store }: StepContext,
): Promise<Int32Array> {
  const train = await store.get(manifest.parts.train.y).then(decodeInt32);
  const known = train.length > 0 ? train : y;
  return new Int32Array(rows).fill(majorityClass(known, manifest.classes.length));
}
