/** Guesses what a person meant to write. */
import { closest, distance } from 'fastest-levenshtein';

/**
 * @returns the candidate nearest to `word`, or `undefined` where none is near: at most a third
 * of the letters (and at least two) may differ.
 */
export function nearestOf(word: string, candidates: readonly string[]): string | undefined {
  if (candidates.length === 0 || word.length > 100) return undefined;
  const lower = word.toLowerCase();
  const guess = closest(
    lower,
    candidates.map((candidate) => candidate.toLowerCase()),
  );
  const index = candidates.findIndex((candidate) => candidate.toLowerCase() === guess);
  const allowed = Math.max(2, Math.floor(Math.max(word.length, guess.length) / 3));
  return distance(lower, guess) <= allowed && guess.length > distance(lower, guess)
    ? candidates[index]
    : undefined;
}

/** `did you mean "model"?`, or else the list of what is allowed, or that there is nothing. */
export function suggest(word: string, candidates: readonly string[], plural: string): string {
  const guess = nearestOf(word, candidates);
  if (guess !== undefined) return `did you mean "${guess}"?`;
  if (candidates.length === 0) return `there are no ${plural}`;
  const shown = candidates.slice(0, 20).join(', ');
  return `${plural}: ${shown}${candidates.length > 20 ? ', …' : ''}`;
}
