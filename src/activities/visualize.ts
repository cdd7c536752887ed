import { MEDIA_TYPE, type ArtifactRef } from '../artifacts/artifact.ts';
import { loadPart, type LoadedPart } from '../data/load-part.ts';
import { PipelineError } from '../errors.ts';
import { confusionOf } from '../ml/audit/metrics.ts';
import type { Explanations, Gallery, Predictions, RowExplanation } from '../ml/model.ts';
import type { TrainingHistory } from '../ml/model.ts';
import { attributionBars } from '../ml/visualize/attribution-bars.ts';
import { meaningOf } from '../ml/visualize/attribution-meaning.ts';
import { attributionOverlay } from '../ml/visualize/attribution-overlay.ts';
import { confusionMatrix } from '../ml/visualize/confusion-matrix.ts';
import { learningCurve } from '../ml/visualize/learning-curve.ts';
import { renderPng } from '../ml/visualize/render-png.ts';
import type { VisualizeStep } from './step-types.ts';
import type { Step, StepContext } from './step.ts';

type Input = VisualizeStep['with'];
type PictureType = Input['pictures'][number];

/** A picture before it is stored. */
interface Drawing {
  readonly name: string;
  readonly title: string;
  readonly caption: string;
  readonly sourceRow: number | null;
  readonly svg: string;
}

const DRAW = {
  'learning-curve': drawCurves,
  'confusion-matrix': drawConfusion,
  'attribution-overlay': drawAttributions,
} as const satisfies Record<
  PictureType,
  (input: Input, context: StepContext) => Promise<Drawing[]>
>;

/**
 * Draws pictures, each as SVG and as PNG of twice its size. Explanations without rows give no
 * overlays. Overlays do not show the true class, because reviewers see them.
 *
 * Errors: `SPEC_INVALID` for a picture without what it is drawn from; `DATA_INVALID` if the
 * explanations are of another data set.
 */
export const visualizeStep: Step<Input, VisualizeStep['outputs']> = {
  kind: 'visualize',

  async run(input, context) {
    const pictures: Gallery['pictures'][number][] = [];
    for (const type of new Set(input.pictures)) {
      for (const { svg, ...drawing } of await DRAW[type](input, context)) {
        context.signal.throwIfAborted();
        context.heartbeat({ picture: drawing.name });
        pictures.push({
          ...drawing,
          type,
          svg: await context.store.put(new TextEncoder().encode(svg), MEDIA_TYPE.svg),
          png: await context.store.put(renderPng(svg), MEDIA_TYPE.png),
        });
      }
    }
    const gallery: Gallery = { pictures };
    return {
      gallery: await context.store.putJson(gallery, MEDIA_TYPE.gallery),
      count: pictures.length,
    };
  },
};

async function drawCurves({ histories }: Input, { store }: StepContext): Promise<Drawing[]> {
  const entries = Object.entries(histories ?? {});
  if (entries.length === 0) throw missing('learning-curve', 'histories');
  const loaded = await Promise.all(
    entries.map(async ([name, ref]) => [name, await store.getJson<TrainingHistory>(ref)] as const),
  );
  const kept = loaded.map(([name, { bestEpoch }]) => `${name}: epoch ${bestEpoch}`).join(', ');
  return [
    {
      name: 'learning-curve',
      title: 'Learning curve',
      caption: `Loss and accuracy over the epochs; kept were ${kept}.`,
      sourceRow: null,
      svg: await learningCurve(Object.fromEntries(loaded)),
    },
  ];
}

async function drawConfusion({ predictions }: Input, { store }: StepContext): Promise<Drawing[]> {
  if (!predictions) throw missing('confusion-matrix', 'predictions');
  const { part, classes, labels, probabilities } = await store.getJson<Predictions>(predictions);
  const predicted = probabilities.map((row) => row.indexOf(Math.max(...row)));
  const confusion = confusionOf(labels, predicted, classes.length);
  const wrong = labels.filter((label, row) => label !== predicted[row]).length;
  return [
    {
      name: 'confusion-matrix',
      title: `Confusion matrix, ${part} part`,
      caption: `${wrong} of ${labels.length} rows are predicted wrong.`,
      sourceRow: null,
      svg: await confusionMatrix({ classes, confusion, part }),
    },
  ];
}

async function drawAttributions(
  { explanations, dataset, limit }: Input,
  { store }: StepContext,
): Promise<Drawing[]> {
  if (!explanations) throw missing('attribution-overlay', 'explanations');
  if (!dataset) throw missing('attribution-overlay', 'dataset');
  const found = await store.getJson<Explanations>(explanations);
  const part = await loadPart(store, dataset, found.part);
  // A rule and a counterfactual are words: nothing to draw.
  const drawn = found.rows.filter(({ attributions }) => attributions.length > 0);
  return drawn.slice(0, limit).map((row) => drawRow(row, found, part, explanations));
}

function drawRow(
  row: RowExplanation,
  found: Explanations,
  part: LoadedPart,
  source: ArtifactRef,
): Drawing {
  const { method, classes, inputShape, featureNames } = found;
  requireSameRow(row, inputShape, part, source);
  const shown = {
    attributions: row.attributions,
    sourceRow: row.sourceRow,
    predicted: classes[row.classIndex] ?? '?',
    probability: row.output,
    meaning: meaningOf(found),
  };
  const values = featureNames.length;
  const pixels = part.x.subarray(row.row * values, (row.row + 1) * values);
  const svg = isPicture(inputShape)
    ? attributionOverlay({ ...shown, shape: inputShape, pixels })
    : attributionBars({ ...shown, featureNames });
  return {
    name: `attribution-overlay-${row.sourceRow}`,
    title: `Why “${shown.predicted}” for row ${row.sourceRow}`,
    caption: `${method}: ${ofSum(row)}${ofDraws(row)}.`,
    sourceRow: row.sourceRow,
    svg,
  };
}

function ofSum({ baseOutput, output, error }: RowExplanation): string {
  if (baseOutput === null || error === null) return `the probability is ${output.toFixed(3)}`;
  return `attributions sum to the change in probability from ${baseOutput.toFixed(3)} to ${output.toFixed(3)}, but for ${error.toExponential(1)}`;
}

function ofDraws({ samplingError }: RowExplanation): string {
  if (typeof samplingError !== 'number') return '';
  return `; the draw of coalitions may move one by ${samplingError.toFixed(3)}`;
}

function isPicture(shape: readonly number[]): shape is readonly [number, number, number] {
  return shape.length === 3;
}

function requireSameRow(
  { row, sourceRow }: RowExplanation,
  inputShape: readonly number[],
  part: LoadedPart,
  source: ArtifactRef,
): void {
  const sameShape = inputShape.join() === part.manifest.inputShape.join();
  if (sameShape && part.sourceRows[row] === sourceRow) return;
  throw new PipelineError(
    'DATA_INVALID',
    `visualize: row ${row} of explanations ${source.uri} is not of this data set`,
    { remedy: 'give the data set that was explained' },
  );
}

function missing(picture: PictureType, key: string): PipelineError {
  return new PipelineError('SPEC_INVALID', `visualize: the picture ${picture} needs \`${key}\``, {
    remedy: `give \`${key}\`, or leave the picture out`,
  });
}
