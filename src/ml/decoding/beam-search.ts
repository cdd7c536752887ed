/** Looks for the likeliest texts, token after token. */
import { SPECIAL_TOKENS } from '../../data/dataset.ts';
import { logProbabilities } from './log-probabilities.ts';

export interface BeamOptions {
  /** Beginnings that are kept of each row; 1 takes the likeliest token each time. */
  readonly beam: number;
  /** α, at least 0: how much longer texts are favoured; nothing with 0. */
  readonly lengthPenalty: number;
  /** Tokens of a text at most, its end included. */
  readonly length: number;
}

/** Beginnings of texts, all of one length. */
export interface Beginnings {
  /** `[beginnings, steps]`, each from its start. */
  readonly tokens: Int32Array;
  /** `[beginnings]`: the row that each belongs to. */
  readonly rows: Int32Array;
}

/** @returns logits of the token after each, `[beginnings, classes]`. */
export type AskNext = (beginnings: Beginnings) => Float32Array;

export interface WrittenText {
  /** Ids, without start and end. */
  readonly tokens: readonly number[];
  /** Of all tokens, the end included; in nats. */
  readonly logProbability: number;
  /** Whether it came to its end before the length did. */
  readonly isEnded: boolean;
}

interface Hypothesis extends WrittenText {
  readonly row: number;
}

interface RowSearch {
  live: readonly Hypothesis[];
  readonly ended: Hypothesis[];
}

/** What a text never has: it begins once, and padding and unknown words cannot be read. */
const UNWRITTEN: readonly number[] = [
  SPECIAL_TOKENS.padding,
  SPECIAL_TOKENS.unknown,
  SPECIAL_TOKENS.start,
];

/**
 * Keeps, of each row, the `beam` beginnings of the highest probability, and takes the end of one for a
 * text where it is among the `beam` likeliest ways to go on. A row is done with `beam` texts, or as
 * soon as no beginning can become better than its best. Of equals the earlier beginning and the lower
 * id counts, so that the same rows give the same texts.
 *
 * @returns for each row the text of the highest log p / ((5 + tokens)/6)^α; where none ended the
 *   likeliest beginning.
 * @see Wu et al. 2016, arXiv:1609.08144, eq. 14, without the coverage penalty
 */
export function searchBeams(rows: number, ask: AskNext, options: BeamOptions): WrittenText[] {
  const searches = Array.from({ length: rows }, (_, row): RowSearch => {
    const start = { row, tokens: [], logProbability: 0, isEnded: false };
    return { live: [start], ended: [] };
  });
  for (let step = 0; step < options.length; step += 1) {
    const open = searches.filter((search) => !isDone(search, options));
    if (open.length === 0) break;
    const all = open.flatMap(({ live }) => live);
    const next = logProbabilities(ask(beginningsOf(all, step)), all.length);
    let at = 0;
    for (const search of open) {
      advance(search, next.slice(at, (at += search.live.length)), options);
    }
  }
  return searches.map((search) => bestOf(search, options));
}

function beginningsOf(live: readonly Hypothesis[], step: number): Beginnings {
  const steps = step + 1;
  const tokens = new Int32Array(live.length * steps);
  live.forEach((hypothesis, at) => {
    tokens.set([SPECIAL_TOKENS.start, ...hypothesis.tokens], at * steps);
  });
  return { tokens, rows: Int32Array.from(live, ({ row }) => row) };
}

interface WayOn {
  readonly from: Hypothesis;
  readonly token: number;
  readonly logProbability: number;
}

/** @param next  of each live beginning, the log-probabilities of the next token. */
function advance(search: RowSearch, next: readonly Float64Array[], { beam }: BeamOptions): void {
  const ways = search.live
    .flatMap((from, at) => likeliestWays(from, next[at] as Float64Array, beam + 1))
    .sort((a, b) => b.logProbability - a.logProbability);
  const live: Hypothesis[] = [];
  for (const [rank, { from, token, logProbability }] of ways.entries()) {
    if (live.length === beam) break;
    if (token !== SPECIAL_TOKENS.end) {
      live.push({ ...from, tokens: [...from.tokens, token], logProbability });
    } else if (rank < beam) {
      search.ended.push({ ...from, logProbability, isEnded: true });
    }
  }
  search.live = live;
}

/** The likeliest tokens, in their order; of equals the lower id first. */
function likeliestWays(from: Hypothesis, next: Float64Array, count: number): WayOn[] {
  const best: WayOn[] = [];
  next.forEach((value, token) => {
    if (UNWRITTEN.includes(token)) return;
    const logProbability = from.logProbability + value;
    const isWorse = (best.at(-1)?.logProbability ?? -Infinity) >= logProbability;
    if (best.length === count && isWorse) return;
    let place = best.length;
    while (place > 0 && (best[place - 1] as WayOn).logProbability < logProbability) place -= 1;
    best.splice(place, 0, { from, token, logProbability });
    if (best.length > count) best.pop();
  });
  return best;
}

function isDone({ live, ended }: RowSearch, options: BeamOptions): boolean {
  if (ended.length === 0) return live.length === 0;
  if (ended.length >= options.beam) return true;
  const best = Math.max(...ended.map((text) => scoreOf(text, options)));
  // A probability only falls; the longest text divides it by most.
  const reachable = live.map(({ logProbability }) =>
    normalised(logProbability, options.length, options),
  );
  return reachable.every((score) => score <= best);
}

function bestOf({ live, ended }: RowSearch, options: BeamOptions): WrittenText {
  const texts = ended.length > 0 ? ended : live;
  const { tokens, logProbability, isEnded } = texts.reduce((best, text) =>
    scoreOf(text, options) > scoreOf(best, options) ? text : best,
  );
  return { tokens, logProbability, isEnded };
}

const scoreOf = ({ tokens, logProbability, isEnded }: WrittenText, options: BeamOptions): number =>
  normalised(logProbability, tokens.length + (isEnded ? 1 : 0), options);

const normalised = (
  logProbability: number,
  tokens: number,
  { lengthPenalty }: BeamOptions,
): number => logProbability / ((5 + tokens) / 6) ** lengthPenalty;
