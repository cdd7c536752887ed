/** What the step `explain` says of a model as a whole: `with.global`. */
import { loadPart, type LoadedPart } from '../../data/load-part.ts';
import { rowFeaturesOf, type RowFeature } from '../../data/row-features.ts';
import { tokenValuesOf } from '../../data/token-values.ts';
import { columnsOf, decodeValues } from '../../data/encoders/encodings.ts';
import { PipelineError } from '../../errors.ts';
import { predictedClasses } from '../../ml/audit/metrics.ts';
import { drawRows, takeRows } from '../../ml/draw-rows.ts';
import type { ExplainContext } from '../../ml/explain/local-method.ts';
import { numberGrid, partialDependence } from '../../ml/explain/global/partial-dependence.ts';
import {
  permutationImportance,
  seededOrders,
} from '../../ml/explain/global/permutation-importance.ts';
import { findPrototypes } from '../../ml/explain/global/prototypes.ts';
import { classesByTree, growTree } from '../../ml/explain/global/surrogate-tree.ts';
import type { ChosenRow, GlobalExplanations } from '../../ml/model.ts';
import { rulesOf, shapeOf, withoutIdleQuestions } from './tree-rules.ts';
import { requireRows, type LoadedModelOnData } from '../model-on-data.ts';
import type { ExplainStep } from '../step-types.ts';
import type { StepContext } from '../step.ts';

type Input = ExplainStep['with'];
type Wanted = NonNullable<Input['global']>;

/** A pixel or word more than these would be explained by nobody's patience. */
const MAX_FEATURES = 4096;
const USUAL_FEATURES = 5;

interface Asked {
  readonly input: Input;
  readonly loaded: LoadedModelOnData;
  readonly given: ExplainContext;
  readonly context: StepContext;
}

/**
 * @throws PipelineError `DATA_INVALID` for a part without rows or a column that is none; `SPEC_INVALID` for what cannot be said of
 * such data.
 */
export async function explainGlobally(asked: Asked): Promise<GlobalExplanations> {
  const { input, loaded } = asked;
  const wanted = input.global as Wanted;
  requireRows(loaded.part, input.part);
  requireSuitable(wanted, loaded.part);
  const importance =
    wanted.permutationImportance || (wanted.partialDependence && !wanted.partialDependence.features)
      ? await measureImportance(asked)
      : null;
  return {
    part: input.part,
    classes: loaded.classifier.classes,
    seed: input.seed,
    ...(wanted.permutationImportance && importance && { permutationImportance: importance }),
    ...(wanted.partialDependence && {
      partialDependence: await measureDependence(asked, importance),
    }),
    ...(wanted.prototypes && { prototypes: await choosePrototypes(asked) }),
    ...(wanted.surrogateTree && { surrogateTree: await growSurrogate(asked) }),
  };
}

function requireSuitable(wanted: Wanted, { manifest }: LoadedPart): void {
  const isText = tokenValuesOf(manifest).includes(true);
  const ofNumbers = (['prototypes', 'surrogateTree'] as const).find((name) => wanted[name]);
  if (isText && ofNumbers) {
    throw new PipelineError(
      'SPEC_INVALID',
      `explain: ${ofNumbers} goes by how far rows are from each other, and ids of words have no distance`,
      { remedy: 'leave it out for texts' },
    );
  }
}

/** So many rows of a part by the seed, in their order; all where there are fewer. */
function someRows({ x, rows }: Pick<LoadedPart, 'x' | 'rows'>, most: number, seed: number) {
  const values = x.length / rows;
  const chosen = drawRows(rows, most, { seed, stream: 'explain-rows' });
  return { chosen, block: { x: takeRows(x, values, chosen), rows: chosen.length, values } };
}

async function measureImportance({ input, loaded, given }: Asked) {
  const { classifier, part } = loaded;
  const { rows = 1000, repeats = 5 } = input.global?.permutationImportance ?? {};
  const features = rowFeaturesOf(part.manifest);
  if (features.length > MAX_FEATURES) throw tooManyFeatures(features.length);
  const { chosen, block } = someRows(part, rows, input.seed);
  const found = await permutationImportance({
    model: given.model,
    block,
    labels: chosen.map((row) => part.y[row] as number),
    classes: classifier.classes.length,
    features: features.map(({ values }) => values),
    repeats,
    orderOf: seededOrders(input.seed, block.rows, repeats),
    onBatch: given.onBatch,
  });
  const ranked = found.features
    .map((feature, index) => ({ feature: features[index]?.name ?? '', ...feature }))
    .sort((a, b) => b.mean - a.mean);
  return { rows: block.rows, repeats, accuracy: found.score, features: ranked };
}

async function measureDependence(
  { input, loaded, given }: Asked,
  importance: GlobalExplanations['permutationImportance'] | null,
): Promise<NonNullable<GlobalExplanations['partialDependence']>> {
  const wanted = input.global?.partialDependence as NonNullable<Wanted['partialDependence']>;
  const { part, classifier } = loaded;
  const known = rowFeaturesOf(part.manifest).filter(
    ({ encoder }) => encoder?.type === 'number' || encoder?.type === 'category',
  );
  const names =
    wanted.features ??
    (importance?.features ?? [])
      .map(({ feature }) => feature)
      .filter((name) => known.some((feature) => feature.name === name))
      .slice(0, USUAL_FEATURES);
  const { chosen, block } = someRows(part, wanted.rows, input.seed);
  const features = [];
  for (const name of names) {
    const feature = known.find((one) => one.name === name);
    if (!feature) throw unknownFeature(name, known);
    const { encoded, shown } = gridOf(feature, part, wanted);
    const { average, individual } = await partialDependence({
      model: given.model,
      block,
      classes: classifier.classes.length,
      feature: feature.values,
      grid: encoded,
      onBatch: given.onBatch,
    });
    const classes = classifier.classes.map((_, index) => index);
    features.push({
      feature: name,
      grid: shown,
      average: classes.map((index) => average.map((point) => point[index] as number)),
      individual: Array.from({ length: Math.min(wanted.individual, block.rows) }, (_, at) => ({
        sourceRow: part.sourceRows[chosen[at] as number] as number,
        probabilities: classes.map((index) =>
          individual.map((point) => point[at * classes.length + index] as number),
        ),
      })),
    });
  }
  return { rows: block.rows, features };
}

function gridOf(
  { encoder, values: [first = 0], values }: RowFeature,
  { x, rows }: LoadedPart,
  { grid, percentiles }: NonNullable<Wanted['partialDependence']>,
): { encoded: readonly (readonly number[])[]; shown: readonly (number | string)[] } {
  if (encoder?.type === 'category') {
    const encoded = encoder.categories.map((_, own) =>
      values.map((_value, index) => Number(index === own)),
    );
    return { encoded, shown: encoder.categories };
  }
  const width = x.length / rows;
  const column = Float32Array.from({ length: rows }, (_, row) => x[row * width + first] as number);
  const encoded = numberGrid(column, grid, percentiles as [number, number]);
  const shown = encoded.map((value) => {
    const cell = encoder ? decodeValues(encoder, Float32Array.of(value))[0]?.[1] : value;
    return typeof cell === 'number' ? cell : value;
  });
  return { encoded: encoded.map((value) => [value]), shown };
}

async function choosePrototypes({
  input,
  loaded,
  given,
}: Asked): Promise<NonNullable<GlobalExplanations['prototypes']>> {
  const wanted = input.global?.prototypes as NonNullable<Wanted['prototypes']>;
  const { chosen, block } = someRows(loaded.part, wanted.rows, input.seed);
  const found = findPrototypes({
    block,
    prototypes: wanted.count,
    criticisms: wanted.criticisms,
    onBatch: given.onBatch,
  });
  const answers = await given.model(block.x, block.rows);
  const named = (at: number): ChosenRow => nameRow(at, { chosen, answers, loaded });
  return {
    rows: block.rows,
    gamma: found.gamma,
    discrepancy: found.discrepancy,
    prototypes: found.prototypes.map((at, place) => ({
      ...named(at),
      share: found.nearest.filter((one) => one === place).length / block.rows,
    })),
    criticisms: found.criticisms.map(named),
  };
}

interface Answers {
  readonly chosen: Int32Array;
  readonly answers: ArrayLike<number>;
  readonly loaded: LoadedModelOnData;
}

function nameRow(at: number, { chosen, answers, loaded }: Answers): ChosenRow {
  const { classifier, part } = loaded;
  const { classes } = classifier;
  const row = chosen[at] as number;
  const own = classes.map((_, index) => answers[at * classes.length + index] as number);
  const predicted = own.indexOf(Math.max(...own));
  return {
    row,
    sourceRow: part.sourceRows[row] as number,
    label: classes[part.y[row] as number] ?? '',
    predicted: classes[predicted] ?? '',
    probability: own[predicted] ?? NaN,
  };
}

async function growSurrogate({
  input,
  loaded,
  given,
  context,
}: Asked): Promise<NonNullable<GlobalExplanations['surrogateTree']>> {
  const wanted = input.global?.surrogateTree as NonNullable<Wanted['surrogateTree']>;
  const { classes } = loaded.classifier;
  const train = await loadPart(context.store, input.dataset, 'train');
  requireRows(train, 'train');
  const { block } = someRows(train, wanted.rows, input.seed);
  const said = await classesBy(given, block, classes.length);
  const grown = growTree({ block, labels: said, classes: classes.length, ...wanted });
  const tree = withoutIdleQuestions(grown);
  const { x, rows, manifest } = loaded.part;
  const whole = { x, rows, values: block.values };
  const saidOfPart = await classesBy(given, whole, classes.length);
  const counts = classes.map((_, index) => saidOfPart.filter((one) => one === index).length);
  return {
    trainingRows: block.rows,
    rows,
    ...shapeOf(tree),
    fidelity: shareOfEqual(saidOfPart, classesByTree(tree, whole)),
    trainingFidelity: shareOfEqual(said, classesByTree(tree, block)),
    majority: Math.max(...counts) / rows,
    rules: rulesOf(tree, { classes, features: rowFeaturesOf(manifest) }),
  };
}

async function classesBy(
  { model }: ExplainContext,
  { x, rows }: { readonly x: Float32Array; readonly rows: number },
  classes: number,
): Promise<Int32Array> {
  return predictedClasses({ values: await model(x, rows), rows, classes });
}

const shareOfEqual = (a: Int32Array, b: Int32Array): number =>
  a.filter((one, index) => one === b[index]).length / a.length;

function unknownFeature(name: string, known: readonly RowFeature[]): PipelineError {
  const names = known.map((one) => one.encoder && columnsOf(one.encoder)[0]);
  return new PipelineError(
    'DATA_INVALID',
    `explain: partialDependence is of numbers and categories, and ${JSON.stringify(name)} is none in this data set`,
    { remedy: names.length > 0 ? `there are ${names.slice(0, 20).join(', ')}` : 'leave it out' },
  );
}

function tooManyFeatures(count: number): PipelineError {
  return new PipelineError(
    'SPEC_INVALID',
    `explain: permutation importance of ${count} features asks the model ${count} times and more; at most ${MAX_FEATURES} are measured`,
    { remedy: 'leave it out for such pictures' },
  );
}
