/** √exp(−d²/width²), the reference's exponential kernel. */
const proximity = (distance: number, width: number): number =>
  Math.sqrt(Math.exp(-(distance ** 2) / width ** 2));

/** By how many features are present; all samples of a row with as many weigh the same. */
export type KernelOfPresence = (present: number) => number;

/** Euclidean distance of 0/1 rows to the row itself, where all is present. @default width 0.75·√features */
export function euclideanKernel(
  features: number,
  width = 0.75 * Math.sqrt(features),
): KernelOfPresence {
  return tabulated(features, (present) => proximity(Math.sqrt(features - present), width));
}

/**
 * Cosine distance of 0/1 rows to the row itself, 1 of a row without any feature.
 *
 * @param scale  the distance is multiplied by it: 100 for texts, 1 for pictures.
 */
export function cosineKernel(features: number, width: number, scale: number): KernelOfPresence {
  return tabulated(features, (present) =>
    proximity(scale * (1 - Math.sqrt(present / features)), width),
  );
}

function tabulated(features: number, kernel: KernelOfPresence): KernelOfPresence {
  const table = Float64Array.from({ length: features + 1 }, (_, present) => kernel(present));
  return (present) => table[present] as number;
}
