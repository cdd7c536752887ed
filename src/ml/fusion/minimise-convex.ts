/** The smallest value of a smooth convex function. */

export interface Evaluation {
  readonly value: number;
  readonly gradient: Float64Array;
}

export interface Minimum {
  readonly at: Float64Array;
  /** Largest size in the gradient there. */
  readonly slope: number;
}

const MEMORY = 10;
const LARGEST_ITERATIONS = 1000;
const FLAT = 1e-8;
/** Armijo's: a step must make good on this share of what the slope promises. */
const PROMISE = 1e-4;
const SHORTEST_STEP = 1e-12;

/**
 * Limited-memory BFGS with backtracking. Deterministic.
 *
 * Ends where the gradient is flat, or where no step down is left that float64 can tell from none.
 *
 * @see Nocedal and Wright 2006, Numerical Optimization, algorithms 7.4 and 7.5
 */
export function minimiseConvex(
  evaluate: (at: Float64Array) => Evaluation,
  start: Float64Array,
): Minimum {
  let at: Float64Array = start;
  let now = evaluate(at);
  const pairs: Pair[] = [];
  for (let iteration = 0; iteration < LARGEST_ITERATIONS; iteration += 1) {
    if (largest(now.gradient) < FLAT) break;
    const direction = descend(now.gradient, pairs);
    const slope = dot(direction, now.gradient);
    let length = 1;
    let next = move(at, direction, length);
    let then = evaluate(next);
    while (!(then.value <= now.value + PROMISE * length * slope) && length > SHORTEST_STEP) {
      length /= 2;
      next = move(at, direction, length);
      then = evaluate(next);
    }
    if (!(then.value < now.value)) break;
    const [before, after] = [now.gradient, then.gradient];
    const step = next.map((value, index) => value - (at[index] as number));
    const change = after.map((value, index) => value - (before[index] as number));
    if (dot(step, change) > 0) pairs.push({ step, change });
    if (pairs.length > MEMORY) pairs.shift();
    [at, now] = [next, then];
  }
  return { at, slope: largest(now.gradient) };
}

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
}

/** −H·gradient, H being the inverse curvature that the pairs tell of. */
function descend(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  let direction: Float64Array = gradient.map((value) => -value);
  const shares: number[] = [];
  for (const { step, change } of pairs.toReversed()) {
    const share = dot(step, direction) / dot(step, change);
    shares.unshift(share);
    direction = move(direction, change, -share);
  }
  const last = pairs.at(-1);
  if (last) {
    const scale = dot(last.step, last.change) / dot(last.change, last.change);
    direction = direction.map((value) => value * scale);
  }
  pairs.forEach(({ step, change }, index) => {
    const back = dot(change, direction) / dot(step, change);
    direction = move(direction, step, (shares[index] as number) - back);
  });
  return direction;
}

const move = (from: Float64Array, direction: Float64Array, length: number): Float64Array =>
  from.map((value, index) => value + length * (direction[index] as number));

const dot = (one: Float64Array, other: Float64Array): number =>
  one.reduce((sum, value, index) => sum + value * (other[index] as number), 0);

const largest = (values: Float64Array): number =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
