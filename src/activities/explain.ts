import { MEDIA_TYPE } from '../artifacts/artifact.ts';
import type { LoadedPart } from '../data/load-part.ts';
import { PipelineError } from '../errors.ts';
import { explainRow } from '../ml/explain/explain-rows.ts';
import type { LocalMethod, RowToExplain } from '../ml/explain/local-method.ts';
import { LOCAL_METHODS } from '../ml/explain/methods/methods.ts';
import { isReliable } from '../ml/explain/reliability.ts';
import type { Explanations, RowSelection } from '../ml/model.ts';
import { chooseMethod, warnOfVote } from './explain/choose-method.ts';
import { joinedCalls, prepareContexts, type ContextOf } from './explain/explain-context.ts';
import { explainGlobally } from './explain/explain-globally.ts';
import {
  compareWithUntrained,
  figuresOf,
  withQuality,
  type Explained,
} from './explain/explain-quality.ts';
import { withModelOnData, type LoadedModelOnData } from './model-on-data.ts';
import type { ExplainStep } from './step-types.ts';
import type { Step, StepContext } from './step.ts';

type Input = ExplainStep['with'];

const TOP_FEATURES = 20;

/**
 * Explains the predicted class of single rows, each with the error of its explanation. A
 * selection without rows gives explanations without rows.
 *
 * Errors: `SPEC_INVALID` for rows that the method cannot explain and settings that fit neither data nor model, such
 * as permutation-shap with too few samples, exact-shap with over 15 features and kernel-shap with over 1,000;
 * `DATA_INVALID` for a selection that names rows the part does not have; `MODEL_UNSUPPORTED` for gradients or layers
 * that the model has not; `SHAPE_MISMATCH` if model and data do not fit;
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
      const calls = joinedCalls(loaded);
      const known = { ...loaded, calls };
      const contextOf = await prepareContexts({ ...input, part }, method, known, context);
      const asked = { input, contextOf };
      const targets = rows.map((row) => targetOf(loaded.part, row));
      const explained = await explainRows(targets, method, contextOf(input.seed), context);
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
        evaluations: calls.counts(),
      };
    });
  },
};

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

/** So that what several of them ask the model becomes one call. */
const ROWS_AT_ONCE = 4;

async function explainRows(
  targets: readonly RowToExplain[],
  method: LocalMethod,
  given: ReturnType<ContextOf>,
  context: StepContext,
): Promise<Explained[]> {
  const explained: Explained[] = [];
  for (let first = 0; first < targets.length; first += ROWS_AT_ONCE) {
    given.onBatch();
    context.heartbeat({ row: first + 1, rows: targets.length });
    const some = targets.slice(first, first + ROWS_AT_ONCE);
    // The model is disposed after the first error: no row may still be at work then.
    const ended = await Promise.allSettled(
      some.map(async (target) => ({ target, row: await explainRow(target, method, given) })),
    );
    for (const one of ended) {
      if (one.status === 'rejected') throw one.reason;
      explained.push(one.value);
    }
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
  settings,
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
  // The third passages, or words, of two texts have nothing in common, and a rule weighs no values.
  const isOfPlaces = method === 'passage-shap' || settings['domain'] === 'text';
  const isOfValues =
    !isOfPlaces &&
    rows.some(({ attributions, passages }) => attributions.length > 0 && passages === undefined);
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
