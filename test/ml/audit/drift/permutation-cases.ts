/** Samples so small that every division can be counted. */
interface Case {
  readonly reference: readonly number[];
  readonly current: readonly number[];
  /** Of all divisions into as many rows, those at least as far apart. */
  readonly share: number;
}

const SAMPLES = [
  { reference: [0, 1, 2, 3, 4], current: [5, 6, 7] },
  { reference: [0, 1, 2, 3, 4], current: [1.5, 2.5] },
  { reference: [1, 1, 1, 2, 2], current: [2, 2, 3, 3] },
  { reference: [3, 8], current: [1, 2, 2.5, 7, 9, 20] },
];

export const permutationCases: readonly Case[] = SAMPLES.map(({ reference, current }) => {
  const all = [...reference, ...current];
  const found = apart(reference, current);
  const distances = Array.from({ length: 2 ** all.length }, (_, mask) => {
    const isChosen = (__: number, at: number) => (mask >> at) % 2 === 1;
    const chosen = all.filter(isChosen);
    return chosen.length === reference.length
      ? [
          apart(
            chosen,
            all.filter((value, at) => !isChosen(value, at)),
          ),
        ]
      : [];
  }).flat();
  const asFar = distances.filter((value) => value >= found - 1e-9).length;
  return { reference, current, share: asFar / distances.length };
});

/** By the area between the two step functions. */
function apart(a: readonly number[], b: readonly number[]): number {
  const points = [...a, ...b].sort((x, y) => x - y);
  const share = (values: readonly number[], x: number) =>
    values.filter((value) => value <= x).length / values.length;
  return points.slice(1).reduce((sum, point, index) => {
    const before = points[index] ?? NaN;
    return sum + Math.abs(share(a, before) - share(b, before)) * (point - before);
  }, 0);
}
