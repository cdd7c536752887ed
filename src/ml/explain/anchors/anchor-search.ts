/** The rule with the largest coverage whose precision can be believed. */
import { lowerBound, upperBound } from './kl-bounds.ts';

export interface AnchorGame {
  /** How many predicates there are; a rule is a set of their indices. */
  readonly predicates: number;
  /**
   * Draws rows in which the rule holds.
   *
   * @returns how many of them the model answers as it does the row itself.
   */
  readonly draw: (rule: readonly number[], count: number) => Promise<number>;
  /** Share of rows in which the rule holds, 0 to 1. */
  readonly coverage: (rule: readonly number[]) => number;
}

export interface AnchorOptions {
  /** What the precision must reach. */
  readonly precision: number;
  /** Chance that a bound is wrong. */
  readonly delta: number;
  /** How far the best rules of a size may be mistaken for one another. */
  readonly tau: number;
  /** Rows drawn at once. */
  readonly batch: number;
  /** Rules of a size that are made longer. */
  readonly beam: number;
  readonly maxPredicates: number;
  /** Rows drawn in all, after which the search ends with what it has. */
  readonly maxSamples: number;
}

export interface Anchor {
  /** Indices of the predicates, ascending; empty: the answer is the same whatever the row. */
  readonly rule: readonly number[];
  /** Share of the draws with the same answer, and its bounds. */
  readonly precision: number;
  readonly low: number;
  readonly high: number;
  readonly coverage: number;
  /** Whether the lower bound is the wanted precision, but for 0.02. */
  readonly isPrecise: boolean;
}

/** How far the lower bound may stay below the wanted precision: to the very value takes for ever. */
const SLACK = 0.02;

interface Arm {
  readonly rule: readonly number[];
  readonly coverage: number;
  drawn: number;
  hits: number;
}

/**
 * Beam search over rules of rising size. Of each size KL-LUCB finds the `beam` most precise rules
 * with as few draws as tell them apart by `tau`; of these each is drawn until its bounds say whether
 * it is precise enough. Rules that cover no more than the best found are not looked at.
 *
 * @returns the precise rule with the largest coverage, or else the most precise one seen.
 * @see Ribeiro, Singh and Guestrin 2018, Anchors: High-Precision Model-Agnostic Explanations,
 * algorithms 1 and 2
 */
export async function anchorSearch(game: AnchorGame, options: AnchorOptions): Promise<Anchor> {
  const search = new Search(game, options);
  const empty = await search.judge(search.armOf([]));
  if (empty.isPrecise) return empty;
  let [best, fallback]: [Anchor | null, Anchor] = [null, empty];
  let beam: readonly Arm[] = [search.armOf([])];
  for (let size = 1; size <= options.maxPredicates && !search.isSpent; size += 1) {
    const longer = search.longerThan(beam, best?.coverage ?? -1);
    if (longer.length === 0) break;
    beam = await search.mostPrecise(longer);
    for (const arm of beam) {
      const found = await search.judge(arm);
      if (found.isPrecise && found.coverage > (best?.coverage ?? -1)) best = found;
      if (found.low > fallback.low) fallback = found;
    }
  }
  return best ?? fallback;
}

class Search {
  readonly #game: AnchorGame;
  readonly #options: AnchorOptions;
  readonly #arms = new Map<string, Arm>();
  #left: number;

  constructor(game: AnchorGame, options: AnchorOptions) {
    this.#game = game;
    this.#options = options;
    this.#left = options.maxSamples;
  }

  get isSpent(): boolean {
    return this.#left <= 0;
  }

  armOf(rule: readonly number[]): Arm {
    const key = rule.join();
    const known = this.#arms.get(key);
    if (known) return known;
    const arm = { rule, coverage: this.#game.coverage(rule), drawn: 0, hits: 0 };
    this.#arms.set(key, arm);
    return arm;
  }

  longerThan(beam: readonly Arm[], coverage: number): readonly Arm[] {
    const arms = new Set<Arm>();
    for (const { rule } of beam) {
      for (let index = 0; index < this.#game.predicates; index += 1) {
        if (rule.includes(index)) continue;
        const arm = this.armOf([...rule, index].sort((a, b) => a - b));
        if (arm.coverage > coverage) arms.add(arm);
      }
    }
    return [...arms];
  }

  /** KL-LUCB: draws for the two rules that the boundary between in and out is least sure of. */
  async mostPrecise(arms: readonly Arm[]): Promise<readonly Arm[]> {
    const { beam, tau, delta } = this.#options;
    for (const arm of arms) if (arm.drawn === 0) await this.#draw(arm);
    for (let round = 1; ; round += 1) {
      const sorted = arms.toSorted((a, b) => meanOf(b) - meanOf(a));
      const [top, rest] = [sorted.slice(0, beam), sorted.slice(beam)];
      if (rest.length === 0 || this.isSpent) return top;
      const level = levelOf(arms.length, round, delta);
      const [weakest, low] = least(top, (arm) => lowerBound(meanOf(arm), level / arm.drawn));
      const [rival, high] = least(rest, (arm) => -upperBound(meanOf(arm), level / arm.drawn));
      if (-high - low <= tau) return top;
      await this.#draw(weakest);
      await this.#draw(rival);
    }
  }

  /** Draws until the bounds are on one side of the wanted precision, as near as the slack. */
  async judge(arm: Arm): Promise<Anchor> {
    const { precision, delta, beam } = this.#options;
    // Every rule of every beam may be judged: each has its share of the chance to be wrong.
    const level = Math.log((1 + (beam - 1) * this.#game.predicates) / delta);
    if (arm.drawn === 0) await this.#draw(arm);
    for (;;) {
      const mean = meanOf(arm);
      const low = lowerBound(mean, level / arm.drawn);
      const high = upperBound(mean, level / arm.drawn);
      const isOpen = mean >= precision ? low < precision - SLACK : high >= precision + SLACK;
      if (!isOpen || this.isSpent) {
        const isPrecise = mean >= precision && low >= precision - SLACK;
        return { rule: arm.rule, precision: mean, low, high, coverage: arm.coverage, isPrecise };
      }
      await this.#draw(arm);
    }
  }

  async #draw(arm: Arm): Promise<void> {
    const { batch } = this.#options;
    arm.hits += await this.#game.draw(arm.rule, batch);
    arm.drawn += batch;
    this.#left -= batch;
  }
}

const meanOf = ({ hits, drawn }: Arm): number => hits / drawn;

/** ln(405.5 · arms · t^1.1 / δ), and its logarithm: theorem 1 of the paper on KL-LUCB. */
function levelOf(arms: number, round: number, delta: number): number {
  const level = Math.log((405.5 * arms * round ** 1.1) / delta);
  return level + Math.log(level);
}

function least(arms: readonly Arm[], figure: (arm: Arm) => number): readonly [Arm, number] {
  const figures = arms.map(figure);
  const index = figures.indexOf(Math.min(...figures));
  return [arms[index]!, figures[index]!];
}
