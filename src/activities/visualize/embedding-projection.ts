import { PipelineError } from '../../errors.ts';
import { openFeatures } from '../../ml/fusion/open-features.ts';
import type { Network } from '../../ml/network.ts';
import { nearestRows } from '../../ml/visualize/nearest-rows.ts';
import { principalPlane, type RowTable } from '../../ml/visualize/principal-components.ts';
import { projectNeighbours } from '../../ml/visualize/project-neighbours.ts';
import { projectionChart } from '../../ml/visualize/projection-chart.ts';
import { trustworthiness } from '../../ml/visualize/trustworthiness.ts';
import { drawSample, type SampledRows } from './draw-sample.ts';
import type { Draw, Drawing } from './drawing.ts';
import { withNetworkOnData } from './open-network.ts';

/** Neighbours that count for the figure in the caption. */
const NEAREST = 12;

type Places = readonly (readonly [number, number])[];

/** Two pictures of the same rows: by PCA, and by UMAP where there are rows enough. */
export const drawProjections: Draw = (input, context) => {
  const place = { context, picture: 'embedding-projection' } as const;
  return withNetworkOnData(input, place, async ({ network, part }) => {
    const rows = drawSample(part, input);
    const name = input.layer ?? layerBelowOutput(network);
    const table = name === null ? rows : await featuresOf(network, name, rows);
    const neighbours = nearestRows(table);
    const plane = principalPlane(table);
    const onEpochs = (): void => {
      context.signal.throwIfAborted();
      context.heartbeat({ picture: place.picture });
    };
    const near = projectNeighbours({ table, neighbours, seed: input.seed, onEpochs });
    const { classes } = part.manifest;
    const about = { rows, classes, part: input.part, what: name ?? 'the input' };
    const trust = (places: Places) => trustworthiness({ neighbours, places, nearest: NEAREST });
    const [first, second] = plane.shares.map((share) => `${(100 * share).toFixed(1)} %`);
    return [
      describe(about, plane.places, {
        name: 'pca',
        title: 'PCA',
        trust: trust(plane.places),
        note: `the two directions hold ${first} and ${second} of the variance`,
      }),
      ...(near
        ? [
            describe(about, near, {
              name: 'umap',
              title: 'UMAP',
              trust: trust(near),
              note: 'neighbours stay neighbours; distances between groups mean little',
            }),
          ]
        : []),
    ];
  });
};

/** @returns `null` of a network whose output reads the row itself. */
function layerBelowOutput({ shapes }: Network): string | null {
  const [source] = shapes.at(-1)?.sources ?? [];
  return source && 'layer' in source ? (shapes[source.layer]?.name ?? null) : null;
}

async function featuresOf(network: Network, layer: string, rows: SampledRows): Promise<RowTable> {
  const features = openFeatures(network.architecture, network.weights(), layer);
  try {
    const values = await features.predict(Float32Array.from(rows.values), rows.rows);
    if (!values.every(Number.isFinite)) {
      throw new PipelineError(
        'MODEL_INVALID',
        `the layer "${layer}" gives values that are not finite`,
      );
    }
    return { values, rows: rows.rows, width: features.width };
  } finally {
    features.dispose();
  }
}

interface About {
  readonly rows: SampledRows;
  readonly classes: readonly string[];
  readonly part: string;
  /** The layer. */
  readonly what: string;
}

interface Method {
  readonly name: 'pca' | 'umap';
  readonly title: string;
  readonly trust: number | null;
  readonly note: string;
}

function describe(
  { rows, classes, part, what }: About,
  places: Places,
  { name, title, trust, note }: Method,
): Drawing {
  const points = places.map(([x, y], at) => ({ x, y, label: rows.labels[at] ?? 0 }));
  const figure = trust === null ? '' : `; trustworthiness ${trust.toFixed(3)}`;
  const heading = `${title} of ${what}, ${part} part`;
  const isPca = name === 'pca';
  return {
    name: `embedding-projection-${name}`,
    title: heading,
    caption: `${rows.rows} rows as ${what} sees them: ${note}${figure}.`,
    sourceRow: null,
    data: {
      columns: ['source_row', 'true_class', 'x', 'y'],
      rows: points.map(({ x, y, label }, at) => [
        rows.sourceRows[at] ?? null,
        classes[label] ?? '?',
        x,
        y,
      ]),
    },
    svg: (theme) =>
      projectionChart(
        {
          title: heading,
          notes: [`${rows.rows} rows by their true class${figure}`, note],
          xTitle: isPca ? 'First principal component' : '',
          yTitle: isPca ? 'Second principal component' : '',
          hasUnits: isPca,
          classes,
          points,
        },
        theme,
      ),
  };
}
