/** What the last convolution saw, weighed by what it did for a class. */

export interface GradCamOptions {
  /** `[height, width, filters]`: the layer's output, and the gradient of the class's score by it. */
  readonly activations: ArrayLike<number>;
  readonly gradients: ArrayLike<number>;
  readonly shape: readonly [height: number, width: number, filters: number];
  /** Of the picture. */
  readonly size: readonly [height: number, width: number];
  /** positive: what spoke for the class alone, as in the paper; signed: what spoke against it too. */
  readonly signs: 'positive' | 'signed';
}

/**
 * Σₖ αₖ Aₖ with αₖ the spatial mean of ∂score/∂Aₖ, cut at 0 for `positive`, resized bilinearly to
 * the picture and divided by its largest magnitude. All 0 where nothing is left.
 *
 * @returns `[height, width]` of the picture; in [0, 1], signed in [−1, 1].
 * @see Selvaraju et al. 2017, Grad-CAM, arXiv:1610.02391, eq. 1 and 2
 */
export function gradCam({ activations, gradients, shape, size, signs }: GradCamOptions) {
  const [height, width, filters] = shape;
  const places = height * width;
  const weights = new Float64Array(filters);
  for (let at = 0; at < places * filters; at += 1)
    weights[at % filters]! += gradients[at]! / places;
  const heat = Float64Array.from({ length: places }, (_, place) => {
    const sum = weights.reduce((all, w, k) => all + w * activations[place * filters + k]!, 0);
    return signs === 'positive' ? Math.max(0, sum) : sum;
  });
  const resized = resizeBilinear(heat, [height, width], size);
  const largest = resized.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return largest === 0 ? resized : resized.map((value) => value / largest);
}

/** Centres of pixels on centres, as TensorFlow 2 resizes; the edge goes on outside. */
function resizeBilinear(
  values: Float64Array,
  [height, width]: readonly [number, number],
  [rows, columns]: readonly [number, number],
): Float64Array {
  const down = sourcesOf(height, rows);
  const across = sourcesOf(width, columns);
  return Float64Array.from({ length: rows * columns }, (_, at) => {
    const y = down[Math.floor(at / columns)]!;
    const x = across[at % columns]!;
    const line = (row: number) =>
      (1 - x.share) * values[row * width + x.from]! + x.share * values[row * width + x.to]!;
    return (1 - y.share) * line(y.from) + y.share * line(y.to);
  });
}

interface Between {
  readonly from: number;
  readonly to: number;
  /** Of `to`. */
  readonly share: number;
}

/** For each of `count` places, the two of `size` that it lies between. */
function sourcesOf(size: number, count: number): Between[] {
  return Array.from({ length: count }, (_, place) => {
    const at = Math.max(0, ((place + 0.5) * size) / count - 0.5);
    const from = Math.min(size - 1, Math.floor(at));
    return { from, to: Math.min(size - 1, from + 1), share: at - from };
  });
}
