/** How near translations are to those that people wrote. */

/**
 * none: a corpus without a common n-gram has 0. exp: an order without one counts as 1/(2ᵏ·n-grams), k
 * counting such orders, as sacreBLEU has it.
 */
export type BleuSmoothing = 'none' | 'exp';

export interface TextPair {
  readonly written: readonly string[];
  readonly reference: readonly string[];
}

export interface Bleu {
  /** 0 to 1. */
  readonly value: number;
  /** Of 1 to 4 words in a row, before smoothing: the share that the reference has too, 0 to 1. */
  readonly precisions: readonly number[];
  /** exp(1 − reference/written) where less was written than the references have, else 1. */
  readonly brevityPenalty: number;
  /** Words. */
  readonly writtenLength: number;
  readonly referenceLength: number;
}

const LONGEST = 4;
const ORDERS = Array.from({ length: LONGEST }, (_, index) => index + 1);

/**
 * Of a whole corpus with one reference a text: the brevity penalty times the geometric mean of the
 * clipped precisions of 1 to 4 words.
 *
 * @see Papineni et al. 2002, "BLEU"; Chen and Cherry 2014, method 3, for the smoothing
 */
export function corpusBleu(pairs: readonly TextPair[], smoothing: BleuSmoothing = 'exp'): Bleu {
  const counts = ORDERS.map((order) => {
    const sums = { matches: 0, total: 0 };
    for (const { written, reference } of pairs) {
      sums.matches += countMatches(ngrams(written, order), ngrams(reference, order));
      sums.total += Math.max(0, written.length - order + 1);
    }
    return sums;
  });
  const lengths = (key: keyof TextPair) => pairs.reduce((sum, pair) => sum + pair[key].length, 0);
  const [writtenLength, referenceLength] = [lengths('written'), lengths('reference')];
  const brevityPenalty =
    writtenLength === 0 ? 0 : Math.exp(Math.min(0, 1 - referenceLength / writtenLength));
  return {
    value: brevityPenalty * meanPrecision(counts, smoothing),
    precisions: counts.map(({ matches, total }) => (total === 0 ? 0 : matches / total)),
    brevityPenalty,
    writtenLength,
    referenceLength,
  };
}

interface Count {
  readonly matches: number;
  readonly total: number;
}

function meanPrecision(counts: readonly Count[], smoothing: BleuSmoothing): number {
  let halvings = 0;
  let logs = 0;
  // Nothing in common at all is 0 however it is smoothed.
  if (counts[0]?.matches === 0) return 0;
  for (const { matches, total } of counts) {
    if (total === 0) return 0;
    if (matches === 0) {
      if (smoothing === 'none') return 0;
      halvings += 1;
    }
    logs += Math.log(matches === 0 ? 1 / (2 ** halvings * total) : matches / total);
  }
  return Math.exp(logs / counts.length);
}

/** No word has it. */
const BETWEEN = '\u0001';

function ngrams(words: readonly string[], order: number): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (let at = 0; at + order <= words.length; at += 1) {
    const key = words.slice(at, at + order).join(BETWEEN);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

function countMatches(
  written: ReadonlyMap<string, number>,
  reference: ReadonlyMap<string, number>,
): number {
  let sum = 0;
  for (const [key, count] of written) sum += Math.min(count, reference.get(key) ?? 0);
  return sum;
}
