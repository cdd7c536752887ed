import { MEDIA_TYPE } from '../artifacts/artifact.ts';
import type { DatasetManifest } from '../data/dataset.ts';
import { readPassage, textsOf } from '../data/read-passage.ts';
import { loadPart, type LoadedPart } from '../data/load-part.ts';
import { tokenValuesOf } from '../data/token-values.ts';
import { PipelineError } from '../errors.ts';
import {
  explainRow,
  sampleBackground,
  type ExplainMethod,
  type ExplainOptions,
} from '../ml/explain/explain-rows.ts';
import { LARGEST_KERNEL_FEATURES } from '../ml/explain/kernel-shap.ts';
import type { RowBlock } from '../ml/explain/model-function.ts';
import { isReliable } from '../ml/explain/reliability.ts';
import type { Explanations, RowExplanation, RowSelection } from '../ml/model.ts';
import { requireRows, withModelOnData, type LoadedModelOnData } from './model-on-data.ts';
import type { ExplainStep } from './step-types.ts';
import type { Step, StepContext } from './step.ts';

type Input = ExplainStep['with'];

/** Up to so many features `auto` takes the exact method. */
const LARGEST_AUTO_EXACT = 10;
const TOP_FEATURES = 20;
/** Tokens; a sentence or two. */
const USUAL_PASSAGE = 40;

/**
 * Explains the predicted class of single rows, each with the error of its explanation. A
 * selection without rows gives explanations without rows.
 *
 * Errors: `SPEC_INVALID` for exact-shap with over 15 features and kernel-shap with over 1,000; `DATA_INVALID` for a selection
 * that names rows the part does not have; `SPEC_INVALID` for integrated-gradients on text; `SHAPE_MISMATCH` if model and data do not fit;
 * `MODEL_INVALID` for answers that are not finite.
 */
export const explainStep: Step<Input, ExplainStep['outputs']> = {
  kind: 'explain',

  async run(input, context) {
    const selection = input.rows ? await context.store.getJson<RowSelection>(input.rows) : null;
    const part = selection?.part ?? input.part;
    return withModelOnData({ ...input, part }, context, async (loaded) => {
      const method = chooseMethod(input.method, loaded.part.manifest);
      warnOfVote(method, loaded, context);
      const rows = chooseRows(selection, loaded.part, input.limit);
      const options = await prepare(input, method, loaded, context);
      const explained: RowExplanation[] = [];
      for (const row of rows) {
        options.onBatch();
        context.heartbeat({ row: explained.length + 1, rows: rows.length });
        explained.push(await explainRow(targetOf(loaded.part, row), options));
      }
      const explanations = describe(input, options, loaded, { part, rows: explained });
      return {
        explanations: await context.store.putJson(explanations, MEDIA_TYPE.explanations),
        ...summary(explanations),
      };
    });
  },
};

function chooseMethod(method: Input['method'], manifest: DatasetManifest): ExplainMethod {
  const { inputShape } = manifest;
  const isText = tokenValuesOf(manifest).includes(true);
  if (!isText && method === 'passage-shap') {
    throw new PipelineError(
      'SPEC_INVALID',
      'explain: passage-shap is of texts, and there is none',
      {
        remedy: 'use the method auto',
      },
    );
  }
  if (isText && method === 'integrated-gradients') {
    throw new PipelineError(
      'SPEC_INVALID',
      'explain: integrated-gradients goes from nothing to the row by small steps, and there is nothing between two words',
      { remedy: 'use the method kernel-shap' },
    );
  }
  if (method !== 'auto') return method;
  if (isText) return 'kernel-shap';
  if (inputShape.length > 1) return 'integrated-gradients';
  const [features = 0] = inputShape;
  if (features > LARGEST_KERNEL_FEATURES) return 'integrated-gradients';
  return features <= LARGEST_AUTO_EXACT ? 'exact-shap' : 'kernel-shap';
}

function warnOfVote(method: ExplainMethod, { manifest }: LoadedModelOnData, context: StepContext) {
  if (method !== 'integrated-gradients') return;
  if (manifest.type !== 'fusion' || manifest.method !== 'vote') return;
  context.log(
    'warn',
    'a vote has no gradient: integrated gradients explain the mean probability of its members',
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
  { dataset, background, samples, steps, seed, passageTokens = USUAL_PASSAGE }: Input,
  method: ExplainMethod,
  { classifier, part }: LoadedModelOnData,
  context: StepContext,
): Promise<ExplainOptions> {
  const values = part.manifest.featureNames.length;
  let block: RowBlock = { x: new Float32Array(), rows: 0, values };
  if (method !== 'integrated-gradients') {
    const train = await loadPart(context.store, dataset, 'train');
    requireRows(train, 'train');
    block = sampleBackground({ x: train.x, rows: train.rows, values }, background, seed);
  }
  const onBatch = () => {
    context.signal.throwIfAborted();
    context.heartbeat();
  };
  const { manifest } = part;
  return {
    method,
    classifier,
    background: block,
    samples,
    steps,
    texts: textsOf(manifest),
    passageTokens,
    readPassage: (row, passage) => readPassage(manifest.encoders, row, passage),
    seed,
    onBatch,
  };
}

function targetOf({ x, manifest, sourceRows }: LoadedPart, row: number) {
  const values = manifest.featureNames.length;
  const own = x.slice(row * values, (row + 1) * values);
  return { row, sourceRow: sourceRows[row] as number, x: own };
}

function describe(
  { samples, steps, seed, passageTokens = USUAL_PASSAGE }: Input,
  { method, background, classifier }: ExplainOptions,
  { part }: LoadedModelOnData,
  found: Pick<Explanations, 'part' | 'rows'>,
): Explanations {
  const settings =
    method === 'integrated-gradients'
      ? { steps, baseline: 'zeros', quadrature: 'gauss-legendre' }
      : { background: background.rows, seed };
  const coalitions = samples ?? '2·features + 2048';
  return {
    method,
    settings: {
      ...settings,
      ...((method === 'kernel-shap' || method === 'passage-shap') && { samples: coalitions }),
      ...(method === 'passage-shap' && { passageTokens }),
    },
    featureNames: part.manifest.featureNames,
    inputShape: part.manifest.inputShape,
    classes: classifier.classes,
    ...found,
  };
}

function summary({
  method,
  rows,
  featureNames,
}: Explanations): Omit<ExplainStep['outputs'], 'explanations'> {
  const largestError = rows.reduce((largest, { error }) => Math.max(largest, error), 0);
  const sampled = rows.flatMap(({ samplingError }) => samplingError ?? []);
  const ranked = featureNames.map((feature, index) => {
    const sum = rows.reduce((total, row) => total + Math.abs(row.attributions[index] ?? 0), 0);
    return { feature, meanAbsoluteAttribution: sum / rows.length };
  });
  ranked.sort((a, b) => b.meanAbsoluteAttribution - a.meanAbsoluteAttribution);
  return {
    method,
    rows: rows.length,
    largestError,
    largestSamplingError: sampled.length === 0 ? null : Math.max(...sampled),
    reliable: rows.every(isReliable),
    // The third passages of two texts have nothing in common.
    topFeatures:
      rows.length === 0 || method === 'passage-shap' ? [] : ranked.slice(0, TOP_FEATURES),
  };
}
