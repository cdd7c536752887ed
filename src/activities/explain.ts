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
import type { LocalMethod } from '../ml/explain/local-method.ts';
import { LOCAL_METHODS } from '../ml/explain/methods/methods.ts';
import type { RowBlock } from '../ml/explain/model-function.ts';
import type { Passage } from '../ml/explain/passages.ts';
import { isReliable } from '../ml/explain/reliability.ts';
import type { Explanations, RowSelection } from '../ml/model.ts';
import { explainGlobally } from './explain/explain-globally.ts';
import {
  compareWithUntrained,
  figuresOf,
  withQuality,
  type ContextOf,
  type Explained,
} from './explain/explain-quality.ts';
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
 * that names rows the part does not have; `SPEC_INVALID` for integrated-gradients on text; `SHAPE_MISMATCH` if model and data do not fit;
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
      const contextOf = await prepare(input, method, loaded, context);
      const asked = { input, contextOf };
      const explained = await explainRows(rows, method, { asked, loaded, context });
      const untrained = await compareWithUntrained(explained, method, asked, context);
      const judged = (await withQuality(explained, method, asked)).map((row) =>
        untrained.doubt === null || row.attributions.length === 0
          ? row
          : { ...row, doubts: [...(row.doubts ?? []), untrained.doubt] },
      );
      const explanations: Explanations = {
        method: name,
        settings: method.settings(contextOf(input.seed)),
        featureNames: loaded.part.manifest.featureNames,
        inputShape: loaded.part.manifest.inputShape,
        classes: loaded.classifier.classes,
        part,
        rows: judged,
      };
      return {
        explanations: await context.store.putJson(explanations, MEDIA_TYPE.explanations),
        doubtful: await context.store.putJson(doubtfulRows(explanations), MEDIA_TYPE.rows),
        ...summary(explanations),
        quality: figuresOf(judged, untrained),
        ...(input.global && (await globalOutputs(input, loaded, contextOf, context))),
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

/** @returns the context for each seed: under another one other rows stand for absent features. */
async function prepare(
  input: Input,
  method: LocalMethod,
  { classifier, part }: LoadedModelOnData,
  context: StepContext,
): Promise<ContextOf> {
  const onBatch = () => {
    context.signal.throwIfAborted();
    context.heartbeat();
  };
  const { manifest } = part;
  const training = await trainingRows(input, method, manifest, context);
  const all = {
    classifier,
    manifest,
    model: predictionFunction(classifier),
    texts: textsOf(manifest),
    readPassage: (row: Float32Array, passage: Passage) =>
      readPassage(manifest.encoders, row, passage),
    onBatch,
  };
  return (seed) => ({
    ...all,
    settings: { ...input, seed },
    background:
      method.reads === 'background' ? sampleBackground(training, input.background, seed) : training,
  });
}

async function trainingRows(
  { dataset }: Input,
  { reads }: LocalMethod,
  { featureNames }: DatasetManifest,
  { store }: StepContext,
): Promise<RowBlock> {
  const values = featureNames.length;
  if (reads === 'nothing') return { x: new Float32Array(), rows: 0, values };
  const train = await loadPart(store, dataset, 'train');
  requireRows(train, 'train');
  return { x: train.x, rows: train.rows, values };
}

interface Work {
  readonly asked: { readonly input: Input; readonly contextOf: ContextOf };
  readonly loaded: LoadedModelOnData;
  readonly context: StepContext;
}

async function explainRows(
  rows: readonly number[],
  method: LocalMethod,
  { asked, loaded, context }: Work,
): Promise<Explained[]> {
  const given = asked.contextOf(asked.input.seed);
  const explained: Explained[] = [];
  for (const row of rows) {
    given.onBatch();
    context.heartbeat({ row: explained.length + 1, rows: rows.length });
    const target = targetOf(loaded.part, row);
    explained.push({ target, row: await explainRow(target, method, given) });
  }
  return explained;
}

function doubtfulRows({ part, rows }: Explanations): RowSelection {
  const doubtful = rows.flatMap(({ row, sourceRow, doubts = [] }) =>
    doubts.length === 0
      ? []
      : [{ row, sourceRow, reason: `unstable explanation: ${doubts.join('; ')}` }],
  );
  return { part, rows: doubtful };
}

async function globalOutputs(
  input: Input,
  loaded: LoadedModelOnData,
  contextOf: ContextOf,
  context: StepContext,
): Promise<Pick<ExplainStep['outputs'], 'global' | 'importance' | 'surrogate'>> {
  const given = contextOf(input.seed);
  const found = await explainGlobally({ input, loaded, given, context });
  const { permutationImportance, surrogateTree } = found;
  return {
    global: await context.store.putJson(found, MEDIA_TYPE.globalExplanations),
    ...(permutationImportance && {
      importance: permutationImportance.features
        .slice(0, TOP_FEATURES)
        .map(({ feature, mean }) => ({ feature, accuracyLost: mean })),
    }),
    ...(surrogateTree && {
      surrogate: {
        fidelity: surrogateTree.fidelity,
        majority: surrogateTree.majority,
        leaves: surrogateTree.leaves,
      },
    }),
  };
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
}: Explanations): Pick<
  ExplainStep['outputs'],
  'method' | 'rows' | 'largestError' | 'largestSamplingError' | 'reliable' | 'topFeatures'
> {
  const errors = rows.flatMap(({ error }) => error ?? []);
  const sampled = rows.flatMap(({ samplingError }) => samplingError ?? []);
  const ranked = featureNames.map((feature, index) => {
    const sum = rows.reduce((total, row) => total + Math.abs(row.attributions[index] ?? 0), 0);
    return { feature, meanAbsoluteAttribution: sum / rows.length };
  });
  // The third passages of two texts have nothing in common, and a rule weighs no values.
  const isOfValues =
    method !== 'passage-shap' && rows.some(({ attributions }) => attributions.length > 0);
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
