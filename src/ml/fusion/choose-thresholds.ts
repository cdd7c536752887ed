/** From which confidence on a cascade believes each of its members but the last. */

export interface CascadeMember {
  /** `[rows]`: probability of the likeliest class. */
  readonly confidences: Float32Array;
  /** `[rows]`: 1 where the likeliest class is the true one, else 0. */
  readonly right: Uint8Array;
}

/** Above every probability: the member answers no row. */
export const NEVER = 2;

/**
 * The lowest thresholds with which the cascade loses at most `maxDrop` of the last member's accuracy
 * on these rows; chosen from the end, each for the cascade of the members after it.
 *
 * Exact for two members: every threshold that parts the rows in another way is looked at. For more it
 * is greedy, because choosing all at once takes a power of the rows.
 *
 * @param members  from the cheapest to the dearest, at least one, over the same rows.
 * @param maxDrop  in accuracy, 0 to 1.
 * @returns one for each member but the last.
 */
export function chooseThresholds(members: readonly CascadeMember[], maxDrop: number): number[] {
  const last = members.at(-1) as CascadeMember;
  const sum = (values: Uint8Array) => values.reduce((total, value) => total + value, 0);
  // A row is a whole: without rounding, 0.1 of 10 rows could be one row less.
  const least = sum(last.right) - Math.floor(maxDrop * last.right.length + 1e-9);
  let rest = last.right;
  const thresholds: number[] = [];
  for (const member of members.slice(0, -1).reverse()) {
    const threshold = lowestThreshold(member, rest, least - sum(rest));
    thresholds.unshift(threshold);
    const { confidences, right } = member;
    rest = rest.map((value, row) =>
      (confidences[row] as number) >= threshold ? (right[row] as number) : value,
    );
  }
  return thresholds;
}

/** @param least  rows that may be gained at the least; negative: lost. */
function lowestThreshold(
  { confidences, right }: CascadeMember,
  rest: Uint8Array,
  least: number,
): number {
  const order = Array.from(confidences.keys()).sort(
    (a, b) => (confidences[b] as number) - (confidences[a] as number),
  );
  let gained = 0;
  let threshold = NEVER;
  order.forEach((row, at) => {
    gained += (right[row] as number) - (rest[row] as number);
    const confidence = confidences[row] as number;
    const next = order[at + 1];
    // Rows of one confidence go together.
    const isEdge = next === undefined || confidences[next] !== confidence;
    if (isEdge && gained >= least) threshold = confidence;
  });
  return threshold;
}
