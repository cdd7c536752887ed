/** The candidates of a search: draws of its space, or every combination. */
import { canonicalJson, type Json } from '../../json.ts';
import {
  type Candidate,
  combinationsOf,
  type Domain,
  type Range,
  type SearchSpace,
} from '../../search/search-space.ts';
import { CounterRandom } from '../random.ts';

export interface DrawOptions {
  /** Most candidates. */
  readonly trials: number;
  readonly seed: number;
}

/** Draws for each candidate that is still wanted; a space of few values gives fewer. */
const DRAWS_PER_TRIAL = 100;

/**
 * Independent draws, each candidate once. Draw k does not depend on how many there are, so that a
 * larger search begins with the candidates of a smaller one. A space of no more combinations than
 * `trials` is given whole.
 *
 * @see Bergstra and Bengio 2012, "Random search for hyper-parameter optimization", JMLR 13
 */
export function drawCandidates(space: SearchSpace, { trials, seed }: DrawOptions): Candidate[] {
  if (combinationsOf(space) <= trials) return gridOf(space);
  const found = new Map<string, Candidate>();
  for (let draw = 0; found.size < trials && draw < DRAWS_PER_TRIAL * trials; draw += 1) {
    const random = new CounterRandom({ seed, stream: 'search', step: draw });
    const drawn = [...space].map(([place, domain]) => [place, drawValue(domain, random)] as const);
    const candidate: Candidate = Object.fromEntries(drawn);
    const key = canonicalJson(candidate);
    if (!found.has(key)) found.set(key, candidate);
  }
  return [...found.values()];
}

/** Every combination; the last place changes fastest. A range has no grid: see `combinationsOf`. */
export function gridOf(space: SearchSpace): Candidate[] {
  return [...space].reduce<Candidate[]>(
    (grid, [place, domain]) =>
      grid.flatMap((candidate) =>
        ('choices' in domain ? domain.choices : []).map((value) => ({
          ...candidate,
          [place]: value,
        })),
      ),
    [{}],
  );
}

function drawValue(domain: Domain, random: CounterRandom): Json {
  if ('range' in domain) return drawNumber(domain.range, random);
  const { choices } = domain;
  return choices[random.integer(choices.length)] as Json;
}

/** Integers on a log scale take the share of [n, n + 1) in [low, high + 1). */
function drawNumber({ low, high, scale, type }: Range, random: CounterRandom): number {
  const isWhole = type === 'integer';
  const end = isWhole ? high + 1 : high;
  const u = random.uniform();
  const value = scale === 'log' ? low * (end / low) ** u : low + (end - low) * u;
  // What rounding adds to the power stays within the range.
  return Math.min(high, isWhole ? Math.floor(value) : value);
}
