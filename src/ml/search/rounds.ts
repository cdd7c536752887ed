/** The rounds of a search: how long candidates are trained, and how many go on. */

export interface Round {
  readonly epochs: number;
  /** Candidates that go on from it, at least 1; of the last the best one. */
  readonly keeps: number;
}

export interface Halving {
  readonly candidates: number;
  /** Of the last round. */
  readonly epochs: number;
  /** Of the first round. */
  readonly firstEpochs: number;
  /** One candidate of so many goes on, to so many times the epochs. */
  readonly factor: number;
}

/** @see Jamieson and Talwalkar 2016, "Non-stochastic best arm identification", AISTATS */
export function halvingRounds({ candidates, epochs, firstEpochs, factor }: Halving): Round[] {
  const rounds: Round[] = [];
  let left = candidates;
  for (let length = firstEpochs; length < epochs && left > 1; length *= factor) {
    left = Math.max(1, Math.ceil(left / factor));
    rounds.push({ epochs: length, keeps: left });
  }
  return [...rounds, { epochs, keeps: 1 }];
}

export interface Standing {
  readonly index: number;
  /** `null`: it could not be trained. */
  readonly score: number | null;
  readonly parameters: number;
}

/**
 * The best first: by score, then by fewer parameters, then by the order of the draws. Those
 * without a score are left out.
 */
export function rank<T extends Standing>(
  standings: readonly T[],
  better: 'higher' | 'lower',
): (T & { readonly score: number })[] {
  const sign = better === 'higher' ? -1 : 1;
  return standings
    .filter((one): one is T & { readonly score: number } => one.score !== null)
    .sort(
      (one, other) =>
        sign * (one.score - other.score) ||
        one.parameters - other.parameters ||
        one.index - other.index,
    );
}
