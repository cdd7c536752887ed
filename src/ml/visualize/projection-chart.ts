import { classLabels, classNamesLayer, type ClassPoint, classPointsLayer } from './class-points.ts';
import { renderVega } from './render-vega.ts';
import type { Theme } from './theme.ts';

export interface ProjectionChart {
  readonly title: string;
  readonly notes: readonly string[];
  readonly xTitle: string;
  readonly yTitle: string;
  /** Whether the places are figures of their own; otherwise only who is near whom. */
  readonly hasUnits: boolean;
  readonly classes: readonly string[];
  readonly points: readonly ClassPoint[];
}

/** Rows as points in the shape and colour of their true class. @returns SVG. */
export function projectionChart(chart: ProjectionChart, theme: Theme): Promise<string> {
  const { title, notes, classes, points, hasUnits } = chart;
  const present = classes.map((_, label) => points.some((point) => point.label === label));
  const kept = classes.flatMap((_, label) => (present[label] ? [label] : []));
  const names = classLabels(kept.map((label) => classes[label] ?? '?'));
  const own = points.map((point) => ({ ...point, label: kept.indexOf(point.label) }));
  const encoding = (title: string) => ({
    type: 'quantitative',
    title,
    scale: { zero: false },
    axis: hasUnits ? { tickCount: 6 } : null,
  });
  return renderVega(
    {
      title: { text: title, subtitle: notes },
      width: 460,
      height: 420,
      encoding: { x: encoding(chart.xTitle), y: encoding(chart.yTitle) },
      view: { stroke: hasUnits ? null : theme.frame },
      layer: [classPointsLayer(own, names, theme), classNamesLayer(own, names, theme)],
    },
    theme,
  );
}
