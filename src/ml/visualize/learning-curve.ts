import type { TrainingHistory } from '../model.ts';
import { printable, shorten } from './escape-xml.ts';
import { renderVega } from './render-vega.ts';
import { seriesColour, type Theme } from './theme.ts';

const PANELS = [
  { title: 'Loss (cross-entropy, nats)', train: 'loss', validation: 'validationLoss' },
  { title: 'Accuracy', train: 'accuracy', validation: 'validationAccuracy' },
] as const;

interface Point {
  readonly epoch: number;
  readonly value: number;
  readonly name: string;
  readonly part: 'train' | 'validation';
  readonly label: string;
}

/**
 * Loss and accuracy over the epochs, one colour per history, solid for training and dashed for
 * validation, each line labelled at its end.
 *
 * @param histories  by the name to show; at least one with at least one epoch.
 * @returns SVG.
 */
export async function learningCurve(
  histories: Readonly<Record<string, TrainingHistory>>,
  theme: Theme,
): Promise<string> {
  const names = Object.keys(histories).map(printable);
  const chart = {
    title: {
      text: 'Learning curve',
      subtitle: 'solid: training part · dashed: validation part · dot: the epoch kept',
    },
    hconcat: PANELS.map((panel) =>
      panelOf(panel, pointsOf(histories, panel), histories, { names, theme }),
    ),
    spacing: 40,
  };
  return renderVega(chart, theme);
}

function pointsOf(
  histories: Readonly<Record<string, TrainingHistory>>,
  panel: (typeof PANELS)[number],
): Point[] {
  return Object.entries(histories).flatMap(([name, { epochs }]) =>
    (['train', 'validation'] as const).flatMap((part) =>
      epochs.flatMap((record) => {
        const value = record[panel[part]];
        const label = `${shorten(name, 14)} ${part === 'train' ? 'train' : 'val.'}`;
        return value === null
          ? []
          : [{ epoch: record.epoch, value, name: printable(name), part, label }];
      }),
    ),
  );
}

function panelOf(
  { title }: (typeof PANELS)[number],
  points: readonly Point[],
  histories: Readonly<Record<string, TrainingHistory>>,
  { names, theme }: { readonly names: readonly string[]; readonly theme: Theme },
): object {
  const last = Math.max(1, ...points.map(({ epoch }) => epoch));
  const x = {
    field: 'epoch',
    type: 'quantitative',
    title: 'Epoch',
    scale: { domain: [1, Math.max(2, last)], nice: false },
    axis: { tickMinStep: 1, format: 'd', grid: false, values: epochTicks(last) },
  };
  const y = { field: 'value', type: 'quantitative', title, scale: { zero: false } };
  const color = {
    field: 'name',
    type: 'nominal',
    legend: null,
    scale: { domain: names, range: names.map((_, i) => seriesColour(theme, i)) },
  };
  const strokeDash = {
    field: 'part',
    type: 'nominal',
    legend: null,
    scale: { domain: ['train', 'validation'], range: [[], [6, 3]] },
  };
  const best = Object.entries(histories).flatMap(([name, { bestEpoch }]) =>
    points.filter((point) => point.name === printable(name) && point.epoch === bestEpoch),
  );
  return {
    width: 300,
    height: 240,
    layer: [
      {
        data: { values: points },
        mark: { type: 'line', strokeWidth: 2, point: last === 1 },
        encoding: { x, y, color, strokeDash, detail: { field: 'part' } },
      },
      {
        data: { values: best },
        mark: { type: 'point', filled: true, size: 45, opacity: 1 },
        encoding: { x, y, color },
      },
      ...labelLayers(points, { y, color }),
    ],
  };
}

/** A label beside the end of each line, moved apart where ends are close. */
function labelLayers(points: readonly Point[], encoding: { y: object; color: object }): object[] {
  const ends = [...new Map(points.map((point) => [point.label + point.name, point])).values()];
  const values = points.map(({ value }) => value);
  // 240 pixels of height; a label needs about 13.
  const gap = ((Math.max(...values) - Math.min(...values)) * 13) / 240;
  const sorted = ends.toSorted((a, b) => a.value - b.value || (a.label < b.label ? -1 : 1));
  const places = spread(
    sorted.map(({ value }) => value),
    gap,
    Math.max(...values),
  );
  const labels = sorted.map((end, index) => ({ ...end, value: places[index] }));
  return [
    {
      data: { values: labels },
      mark: { type: 'text', align: 'left', dx: 6, clip: false, fontSize: 11 },
      encoding: {
        x: { value: 'width' },
        y: encoding.y,
        color: encoding.color,
        text: { field: 'label', type: 'nominal' },
      },
    },
  ];
}

/** Ascending places at least `gap` apart and not above `top`, each near its own value. */
function spread(values: readonly number[], gap: number, top: number): number[] {
  const places = [...values];
  for (let i = 1; i < places.length; i += 1) {
    places[i] = Math.max(places[i] ?? 0, (places[i - 1] ?? 0) + gap);
  }
  let ceiling = top;
  for (let i = places.length - 1; i >= 0; i -= 1) {
    places[i] = Math.min(places[i] ?? 0, ceiling);
    ceiling = (places[i] ?? 0) - gap;
  }
  return places;
}

/** The first and the last epoch, and round ones between, at most ten in all. */
function epochTicks(last: number): number[] {
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((size) => last / size <= 8) ?? 1000;
  const round = Array.from({ length: Math.floor(last / step) }, (_, index) => (index + 1) * step);
  const inner = round.filter((epoch) => epoch > 1 + step / 2 && epoch <= last - step / 2);
  return [...new Set([1, ...inner, last])];
}
