import type { ArtifactRef } from '../../artifacts/artifact.ts';
import { loadPart, type LoadedPart } from '../../data/load-part.ts';
import { PipelineError } from '../../errors.ts';
import type { Explanations, RowExplanation } from '../../ml/model.ts';
import { attributionBars } from '../../ml/visualize/attribution-bars.ts';
import { meaningOf } from '../../ml/visualize/attribution-meaning.ts';
import { attributionOverlay } from '../../ml/visualize/attribution-overlay.ts';
import { type Draw, type Drawing, need } from './drawing.ts';

/** Explanations without rows give no pictures. */
export const drawAttributions: Draw = async (input, { store }) => {
  const explanations = need(input, 'explanations', 'attribution-overlay');
  const dataset = need(input, 'dataset', 'attribution-overlay');
  const found = await store.getJson<Explanations>(explanations);
  const part = await loadPart(store, dataset, found.part);
  // A rule and a counterfactual are words: nothing to draw.
  const drawn = found.rows.filter(({ attributions }) => attributions.length > 0);
  return drawn.slice(0, input.limit).map((row) => drawRow(row, found, part, explanations));
};

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
  return {
    name: `attribution-overlay-${row.sourceRow}`,
    title: `Why “${shown.predicted}” for row ${row.sourceRow}`,
    caption: `${method}: ${ofSum(row)}${ofDraws(row)}.`,
    sourceRow: row.sourceRow,
    data: {
      columns: ['feature', 'value', 'attribution'],
      rows: featureNames.map((name, at) => [name, pixels[at] ?? null, row.attributions[at] ?? 0]),
    },
    svg: (theme) =>
      isPicture(inputShape)
        ? attributionOverlay({ ...shown, shape: inputShape, pixels }, theme)
        : attributionBars({ ...shown, featureNames }, theme),
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
