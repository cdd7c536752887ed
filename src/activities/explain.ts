import { MEDIA_TYPE } from '../artifacts/artifact.ts';
import type { DatasetManifest } from '../data/dataset.ts';
import { readPassage, textsOf } from '../data/read-passage.ts';
import { loadPart, type LoadedPart } from '../data/load-part.ts';
import { PipelineError } from '../errors.ts';
import { needsGradients, refusalOf } from '../explain-methods.ts';
import { inputsOf } from '../ml/architectures/infer-shapes.ts';
import { predictionFunction } from '../ml/explain/classifier-functions.ts';
import { explainRow, sampleBackground } from '../ml/explain/explain-rows.ts';
import { LARGEST_KERNEL_FEATURES } from '../ml/explain/kernel-shap.ts';
import type { ExplainContext, LocalMethod } from '../ml/explain/local-method.ts';
import { LOCAL_METHODS } from '../ml/explain/methods/methods.ts';
import type { RowBlock } from '../ml/explain/model-function.ts';
import { isReliable } from '../ml/explain/reliability.ts';
import type { Explanations, RowExplanation, RowSelection } from '../ml/model.ts';
import { requireRows, withModelOnData, type LoadedModelOnData } from './model-on-data.ts';
import type { ExplainStep } from './step-types.ts';
import type { Step, StepContext } from './step.ts';

type Input = ExplainStep['with'];
type MethodName = Explanations['method'];

/** Up to so many features `auto` takes the exact method. */
const LARGEST_AUTO_EXACT = 10;
const TOP_FEATURES = 20;

/**
 * Explains the predicted class of single rows, each with the error of its explanation. A
 * selection without rows gives explanations without rows.
 *
 * Errors: `SPEC_INVALID` for exact-shap with over 15 features and kernel-shap with over 1,000; `DATA_INVALID` for a selection
 * that names rows the part does not have; `SPEC_INVALID` for rows that the method cannot explain and settings that
 * fit neither data nor model; `MODEL_UNSUPPORTED` for gradients or layers that the model has not; `SHAPE_MISMATCH` if
 * model and data do not fit;
 * `MODEL_INVALID` for answers that are not finite.
 */
export const explainStep: Step<Input, ExplainStep['outputs']> = {
  kind: 'explain',

  async run(input, context) {
    const selection = input.rows ? await context.store.getJson<RowSelection>(input.rows) : null;
    const part = selection?.part ?? input.part;
    return withModelOnData({ ...input, part }, context, async (loaded) => {
      const name = chooseMethod(input.method, loaded.part.manifest);
      warnOfVote(name, loaded, context);
      const rows = chooseRows(selection, loaded.part, input.limit);
      const method = LOCAL_METHODS[name];
      const given = await prepare(input, method, loaded, context);
      const explained: RowExplanation[] = [];
      for (const row of rows) {
        given.onBatch();
        context.heartbeat({ row: explained.length + 1, rows: rows.length });
        explained.push(await explainRow(targetOf(loaded.part, row), method, given));
      }
      const explanations: Explanations = {
        method: name,
        settings: method.settings(given),
        featureNames: loaded.part.manifest.featureNames,
        inputShape: loaded.part.manifest.inputShape,
        classes: loaded.classifier.classes,
        part,
        rows: explained,
      };
      return {
        explanations: await context.store.putJson(explanations, MEDIA_TYPE.explanations),
        ...summary(explanations),
      };
    });
  },
};

function chooseMethod(method: Input['method'], manifest: DatasetManifest): MethodName {
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

function warnOfVote(method: MethodName, { manifest }: LoadedModelOnData, context: StepContext) {
  if (!needsGradients(method)) return;
  if (manifest.type !== 'fusion' || manifest.method !== 'vote') return;
  context.log(
    'warn',
    `a vote has no gradient: ${method} explains the mean probability of its members`,
  );
}

function chooseRows(selection: RowSelection | null, part: LoadedPart, limit: number): number[] {
  if (!selection) return Array.from({ length: Math.min(limit, part.rows) }, (_, row) => row);
  const rows = selection.rows.slice(0, limit);
  const stray = rows.find(({ row, sourceRow }) => part.sourceRows[row] !== sourceRow);
  if (stray) {
    throw new PipelineError(
      'DATA_INVALID',
      `explain: the selection names row ${stray.row} (source row ${stray.sourceRow}), which is not in the ${selection.part} part`,
      { remedy: 'give the data set that the rows were selected from' },
    );
  }
  return rows.map(({ row }) => row);
}

async function prepare(
  input: Input,
  method: LocalMethod,
  { classifier, part }: LoadedModelOnData,
  context: StepContext,
): Promise<ExplainContext> {
  const onBatch = () => {
    context.signal.throwIfAborted();
    context.heartbeat();
  };
  const { manifest } = part;
  return {
    classifier,
    manifest,
    model: predictionFunction(classifier),
    settings: input,
    background: await backgroundOf(input, method, manifest, context),
    texts: textsOf(manifest),
    readPassage: (row, passage) => readPassage(manifest.encoders, row, passage),
    onBatch,
  };
}

async function backgroundOf(
  { dataset, background, seed }: Input,
  { reads }: LocalMethod,
  { featureNames }: DatasetManifest,
  { store }: StepContext,
): Promise<RowBlock> {
  const values = featureNames.length;
  if (reads === 'nothing') return { x: new Float32Array(), rows: 0, values };
  const train = await loadPart(store, dataset, 'train');
  requireRows(train, 'train');
  const all = { x: train.x, rows: train.rows, values };
  return reads === 'training-part' ? all : sampleBackground(all, background, seed);
}

function targetOf({ x, manifest, sourceRows }: LoadedPart, row: number) {
  const values = manifest.featureNames.length;
  const own = x.slice(row * values, (row + 1) * values);
  return { row, sourceRow: sourceRows[row] as number, x: own };
}

function summary({
  method,
  rows,
  featureNames,
}: Explanations): Omit<ExplainStep['outputs'], 'explanations'> {
  const errors = rows.flatMap(({ error }) => error ?? []);
  const sampled = rows.flatMap(({ samplingError }) => samplingError ?? []);
  const ranked = featureNames.map((feature, index) => {
    const sum = rows.reduce((total, row) => total + Math.abs(row.attributions[index] ?? 0), 0);
    return { feature, meanAbsoluteAttribution: sum / rows.length };
  });
  // The third passages of two texts have nothing in common, and a rule weighs no values.
  const isOfValues = rows.some(
    ({ attributions, passages }) => attributions.length > 0 && passages === undefined,
  );
  ranked.sort((a, b) => b.meanAbsoluteAttribution - a.meanAbsoluteAttribution);
  return {
    method,
    rows: rows.length,
    largestError: largest(errors),
    largestSamplingError: largest(sampled),
    reliable: rows.every(isReliable),
    topFeatures: isOfValues ? ranked.slice(0, TOP_FEATURES) : [],
  };
}

function largest(values: readonly number[]): number | null {
  return values.length === 0 ? null : Math.max(...values);
}
