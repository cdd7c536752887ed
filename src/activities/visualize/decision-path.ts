import { PipelineError } from '../../errors.ts';
import type { Explanations, RowExplanation } from '../../ml/model.ts';
import { pathChart, pathSteps } from '../../ml/visualize/path-chart.ts';
import { type Draw, type Drawing, need } from './drawing.ts';
import { memberPaths } from './member-path.ts';

/** Explanations without rows give no pictures. */
export const drawPaths: Draw = async (input, context) => {
  const source = need(input, 'explanations', 'decision-path');
  const found = await context.store.getJson<Explanations>(source);
  const rows = found.rows.slice(0, input.limit);
  const members = input.model ? await memberPaths(input, { part: found.part, rows }, context) : [];
  return rows.map((row, at) => drawRow(row, found, members[at]));
};

function drawRow(
  row: RowExplanation,
  { method, classes, featureNames }: Explanations,
  members: string | undefined,
): Drawing {
  const { sourceRow, baseOutput: base, output } = row;
  if (base === null || row.error === null) throw leadsNowhere(method);
  const predicted = classes[row.classIndex] ?? '?';
  const parts =
    row.passages?.map(({ text, value }) => ({ name: text, value })) ??
    featureNames.map((name, at) => ({ name, value: row.attributions[at] ?? 0 }));
  const steps = pathSteps(parts, { base, output });
  const through = members === undefined ? '' : ` It went through: ${members}.`;
  return {
    name: `decision-path-${sourceRow}`,
    title: `How “${predicted}” came about for row ${sourceRow}`,
    caption: `${method}: from the probability ${base.toFixed(3)}, without the row, to ${output.toFixed(3)}, the weakest features first.${through}`,
    sourceRow,
    data: {
      columns: ['step', 'feature', 'attribution', 'from', 'to'],
      rows: steps.map(({ name, value, from, to }, at) => [at + 1, name, value, from, to]),
    },
    svg: (theme) =>
      pathChart(
        {
          sourceRow,
          predicted,
          base,
          output,
          steps,
          notes: members === undefined ? [] : [members],
        },
        theme,
      ),
  };
}

function leadsNowhere(method: string): PipelineError {
  const message = `visualize: a decision-path goes from a base to the probability, and ${method} has attributions that do not add up to that`;
  return new PipelineError('SPEC_INVALID', message, {
    remedy: 'explain by a SHAP method or by integrated or expected gradients',
  });
}
