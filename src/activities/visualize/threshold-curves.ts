import { prCurve, rocCurve } from '../../ml/audit/threshold-curves.ts';
import { PipelineError } from '../../errors.ts';
import type { Predictions } from '../../ml/model.ts';
import {
  type ClassCurve,
  type ThresholdChart,
  thresholdChart,
} from '../../ml/visualize/threshold-chart.ts';
import type { Draw, Drawing } from './drawing.ts';
import { loadPredictions } from './load-predictions.ts';

/** More could not be told apart. */
const MOST_CURVES = 8;

interface Curve extends ClassCurve {
  /** Of each point; `null` at the end that no score stands for. */
  readonly thresholds: readonly (number | null)[];
}

/** One class against the others; `null` where the rows are all of it or none is. */
type CurveOf = (rows: { positive: number[]; scores: number[] }, name: string) => Curve | null;

const rocOf: CurveOf = (rows, name) => {
  const { points, area } = rocCurve(rows);
  if (area.value === null) return null;
  return {
    name,
    area: area.value,
    points: points.map((point) => ({ x: point.falsePositiveRate, y: point.truePositiveRate })),
    thresholds: points.map(({ threshold }) => threshold),
  };
};

const prOf: CurveOf = (rows, name) => {
  const { points, area } = prCurve(rows);
  // Where every row is of the class, precision is 1 whatever the model says.
  if (area.value === null || rows.positive.every((flag) => flag === 1)) return null;
  return {
    name,
    area: area.value,
    points: points.map(({ recall, precision }) => ({ x: recall, y: precision })),
    thresholds: points.map(({ threshold }) => threshold),
  };
};

export const drawRoc: Draw = async (input, context) => {
  const predictions = await loadPredictions(input, context, 'roc-curve');
  const curves = curvesOf(predictions, rocOf, 'roc-curve');
  return [
    describe(predictions, curves, {
      name: 'roc-curve',
      title: `ROC curves, ${predictions.part} part`,
      areaName: 'area',
      columns: ['false_positive_rate', 'true_positive_rate'],
      xTitle: 'False positive rate',
      yTitle: 'True positive rate',
      chance: [
        { x: 0, y: 0 },
        { x: 1, y: 1 },
      ],
      corner: { x: [0, 0.2], y: [0.8, 1] },
    }),
  ];
};

export const drawPr: Draw = async (input, context) => {
  const predictions = await loadPredictions(input, context, 'pr-curve');
  const curves = curvesOf(predictions, prOf, 'pr-curve');
  return [
    describe(predictions, curves, {
      name: 'pr-curve',
      title: `Precision and recall, ${predictions.part} part`,
      areaName: 'average precision',
      columns: ['recall', 'precision'],
      xTitle: 'Recall',
      yTitle: 'Precision',
      chance: null,
      corner: { x: [0.8, 1], y: [0.8, 1] },
    }),
  ];
};

function curvesOf(
  { classes, labels, probabilities, part }: Predictions,
  curveOf: CurveOf,
  picture: string,
): readonly Curve[] {
  const curves = classes.flatMap((name, at) => {
    const positive = labels.map((label) => Number(label === at));
    const scores = probabilities.map((row) => row[at] ?? 0);
    return curveOf({ positive, scores }, name) ?? [];
  });
  if (curves.length > 0) return curves;
  throw new PipelineError(
    'DATA_INVALID',
    `visualize: ${picture} compares classes, and all rows of the ${part} part are of one`,
    { remedy: 'predict a part that has rows of two classes or more' },
  );
}

interface Kind {
  readonly name: 'roc-curve' | 'pr-curve';
  readonly title: string;
  readonly areaName: string;
  readonly columns: readonly [x: string, y: string];
  readonly xTitle: string;
  readonly yTitle: string;
  readonly chance: ThresholdChart['chance'];
  readonly corner: ThresholdChart['corner'];
}

function describe(
  { classes, labels }: Predictions,
  curves: readonly Curve[],
  { name, title, areaName, columns, ...axes }: Kind,
): Drawing {
  const macroArea = curves.reduce((sum, { area }) => sum + area, 0) / curves.length;
  const worst = curves.toSorted((a, b) => a.area - b.area).slice(0, MOST_CURVES);
  const shown = curves.filter((curve) => worst.includes(curve));
  const absent = classes.length - curves.length;
  const without = absent === 0 ? '' : `; ${absent} of ${classes.length} classes have no rows here`;
  return {
    name,
    title,
    caption: `Each class against the others over ${labels.length} rows: mean ${areaName} ${macroArea.toFixed(4)}${without}.`,
    sourceRow: null,
    data: {
      columns: ['class', areaName.replace(' ', '_'), ...columns, 'threshold'],
      rows: shown.flatMap((curve) =>
        curve.points.map(({ x, y }, at) => [
          curve.name,
          curve.area,
          x,
          y,
          curve.thresholds[at] ?? null,
        ]),
      ),
    },
    svg: (theme) =>
      thresholdChart(
        { ...axes, title, areaName, curves: shown, classes: curves.length, macroArea },
        theme,
      ),
  };
}
