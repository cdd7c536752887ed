import { gaussLegendre } from './gauss-legendre.ts';
import {
  additivityError,
  classProbabilities,
  type Attribution,
  type ModelFunction,
} from './model-function.ts';

/**
 * Gradient of one class's probability with respect to each encoded value.
 *
 * @param x  `[rows, values]`.
 * @returns `[rows, values]`.
 */
export type GradientFunction = (
  x: Float32Array,
  rows: number,
  classIndex: number,
) => Promise<Float32Array | Float64Array>;

export interface IntegratedGradientsOptions {
  readonly model: ModelFunction;
  readonly gradient: GradientFunction;
  /** `[values]`, the row to explain. */
  readonly row: Float32Array;
  /** `[values]`. @default all zeros */
  readonly baseline?: Float32Array | undefined;
  readonly classIndex: number;
  /** Gauss–Legendre nodes to begin with, at most 400. */
  readonly steps: number;
  /** Called between model calls: heartbeats; throws to stop. */
  readonly onBatch?: (() => void) | undefined;
}

/** Completeness error up to which an explanation counts as reliable, in probability. */
export const COMPLETENESS_TOLERANCE = 1e-3;
const LARGEST_GRADIENTS = 400;
/** Few, because the next kink is near: more nodes make a rule no better on a jump. */
const PANEL_NODES = 4;

/** Values given to the model at once: 4 MiB of float32; a gradient keeps all activations. */
const VALUES_AT_ONCE = 2 ** 20;

type Path = IntegratedGradientsOptions & { readonly baseline: Float32Array };

/** A stretch of the path, by the share of the way, with the probability at its ends. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly fromOutput: number;
  readonly toOutput: number;
}

interface Panel extends Stretch {
  /** `[values]`: the integral of the gradient over the stretch. */
  readonly integral: Float64Array;
  /** What its attributions sum to beyond the change in probability over the stretch. */
  readonly gap: number;
}

interface Integration {
  readonly panels: readonly Panel[];
  readonly gradients: number;
  readonly outputs: number;
}

/**
 * Integrated gradients along the straight line from the baseline to the row:
 * (xᵢ − x′ᵢ) ∫₀¹ ∂p/∂xᵢ(x′ + t (x − x′)) dt, by Gauss–Legendre quadrature over the whole path.
 *
 * Where |Σ attributions − (p(x) − p(x′))| is then above 1e-3, the path is cut into panels of
 * 4 nodes, and the worst quarter of them is halved until the error is small enough or 400
 * gradients are spent; the error that remains is returned whatever it is. Completeness holds on
 * every panel alone, so p at its ends tells how wrong it is: the nodes go to the kinks that ReLU
 * and max-pooling make of the path. Doubling the nodes was rejected: a jump of the gradient costs
 * any fixed rule an error of 1/nodes, with or without panels of equal width.
 *
 * @see Sundararajan, Taly and Yan 2017, Axiomatic Attribution for Deep Networks,
 * arXiv:1703.01365, eq. 1
 */
export async function integratedGradients(
  options: IntegratedGradientsOptions,
): Promise<Attribution & { readonly gradients: number }> {
  const path = { ...options, baseline: options.baseline ?? new Float32Array(options.row.length) };
  const [baseOutput, output] = (await outputsAt(path, [0, 1])) as unknown as [number, number];
  const ends = { from: 0, to: 1, fromOutput: baseOutput, toOutput: output };
  const whole = {
    panels: await measurePanels(path, [ends], path.steps),
    gradients: path.steps,
    outputs: 2,
  };
  const isComplete = missed(whole.panels) <= COMPLETENESS_TOLERANCE;
  const { panels, gradients, outputs } = isComplete ? whole : await refine(path, whole);
  const attributions = attributionsOf(path, panels);
  return {
    attributions,
    output,
    baseOutput,
    error: additivityError(attributions, output, baseOutput),
    samplingError: null,
    evaluations: outputs + gradients,
    gradients,
  };
}

/** Panels instead of the whole path, unless what is left of the gradients makes them worse. */
async function refine(path: Path, whole: Integration): Promise<Integration> {
  let { gradients, outputs } = whole;
  const affordable = Math.min(path.steps, LARGEST_GRADIENTS - gradients);
  let pieces = Math.max(2, Math.floor(affordable / PANEL_NODES));
  let cut = whole.panels;
  let kept: readonly Panel[] = [];
  for (;;) {
    const added = cut.length * pieces * PANEL_NODES;
    if (cut.length === 0 || gradients + added > LARGEST_GRADIENTS) break;
    kept = [...kept, ...(await cutPanels(path, cut, pieces))];
    gradients += added;
    outputs += cut.length * (pieces - 1);
    if (missed(kept) <= COMPLETENESS_TOLERANCE) break;
    pieces = 2;
    const room = Math.floor((LARGEST_GRADIENTS - gradients) / (2 * PANEL_NODES));
    const worst = Math.min(room, Math.ceil(kept.length / 4));
    if (worst === 0) break;
    const ranked = kept.toSorted((a, b) => Math.abs(b.gap) - Math.abs(a.gap));
    cut = ranked.slice(0, worst);
    kept = ranked.slice(worst);
  }
  const isBetter = kept.length > 0 && missed(kept) < missed(whole.panels);
  return { panels: isBetter ? kept : whole.panels, gradients, outputs };
}

/** Each panel as `pieces` panels of equal width. */
async function cutPanels(
  path: Path,
  panels: readonly Panel[],
  pieces: number,
): Promise<readonly Panel[]> {
  const inner = panels.flatMap(({ from, to }) =>
    Array.from({ length: pieces - 1 }, (_, at) => from + ((to - from) * (at + 1)) / pieces),
  );
  const outputs = await outputsAt(path, inner);
  const stretches = panels.flatMap((panel, index) => {
    const first = index * (pieces - 1);
    const places = [panel.from, ...inner.slice(first, first + pieces - 1), panel.to];
    const values = [
      panel.fromOutput,
      ...outputs.subarray(first, first + pieces - 1),
      panel.toOutput,
    ];
    return Array.from({ length: pieces }, (_, at) => ({
      from: places[at]!,
      to: places[at + 1]!,
      fromOutput: values[at]!,
      toOutput: values[at + 1]!,
    }));
  });
  return measurePanels(path, stretches, PANEL_NODES);
}

/** Integrates each stretch with so many nodes, in float64. */
async function measurePanels(
  path: Path,
  stretches: readonly Stretch[],
  count: number,
): Promise<readonly Panel[]> {
  const { row, baseline, gradient, classIndex, onBatch } = path;
  const { nodes, weights } = gaussLegendre(count);
  // Nodes lie in (−1, 1), and the weights sum to 2.
  const places = stretches.flatMap(({ from, to }) =>
    Array.from(nodes, (node) => from + ((to - from) * (node + 1)) / 2),
  );
  const integrals = stretches.map(() => new Float64Array(row.length));
  const atOnce = pointsAtOnce(path);
  for (let first = 0; first < places.length; first += atOnce) {
    onBatch?.();
    const some = places.slice(first, first + atOnce);
    const gradients = await gradient(pointsAt(path, some), some.length, classIndex);
    for (let at = 0; at < some.length; at += 1) {
      const index = Math.floor((first + at) / count);
      const { from, to } = stretches[index]!;
      const weight = ((to - from) * weights[(first + at) % count]!) / 2;
      const integral = integrals[index]!;
      for (let value = 0; value < row.length; value += 1) {
        integral[value]! += weight * gradients[at * row.length + value]!;
      }
    }
  }
  return stretches.map((stretch, index) => {
    const integral = integrals[index]!;
    const sum = integral.reduce((all, mean, i) => all + mean * (row[i]! - baseline[i]!), 0);
    return { ...stretch, integral, gap: sum - (stretch.toOutput - stretch.fromOutput) };
  });
}

/** |Σ attributions − (output − baseOutput)|. */
function missed(panels: readonly Panel[]): number {
  return Math.abs(panels.reduce((sum, { gap }) => sum + gap, 0));
}

function attributionsOf({ row, baseline }: Path, panels: readonly Panel[]): Float64Array {
  return Float64Array.from(row, (value, index) => {
    const mean = panels.reduce((sum, { integral }) => sum + integral[index]!, 0);
    return mean * (value - baseline[index]!);
  });
}

/** `[places]`: the probability of the class. */
async function outputsAt(path: Path, places: readonly number[]): Promise<Float64Array> {
  const outputs = new Float64Array(places.length);
  const atOnce = pointsAtOnce(path);
  for (let first = 0; first < places.length; first += atOnce) {
    path.onBatch?.();
    const some = places.slice(first, first + atOnce);
    const block = { x: pointsAt(path, some), rows: some.length };
    outputs.set(await classProbabilities(path.model, block, path.classIndex), first);
  }
  return outputs;
}

function pointsAtOnce({ row }: Path): number {
  return Math.max(1, Math.floor(VALUES_AT_ONCE / row.length));
}

/** `[places, values]`: points that far from the baseline to the row. */
function pointsAt({ row, baseline }: Path, places: readonly number[]): Float32Array {
  const points = new Float32Array(places.length * row.length);
  places.forEach((t, at) => {
    for (let index = 0; index < row.length; index += 1) {
      points[at * row.length + index] = baseline[index]! + t * (row[index]! - baseline[index]!);
    }
  });
  return points;
}
