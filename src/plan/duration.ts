/** Durations as a pipeline writes them: `500ms`, `10s`, `20m`, `2h`, `7d`. Sandbox-safe. */
import { PipelineError } from '../errors.ts';

const MS_OF_UNIT: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const DURATION = /^([0-9]{1,12})(ms|s|m|h|d)$/;

/** Ten years: far beyond any use, and small enough for every clock and timer. */
const LONGEST_MS = 3_650 * 86_400_000;

/** @returns milliseconds, or `null` if the text is no duration or longer than ten years. */
export function durationMs(text: string): number | null {
  const match = DURATION.exec(text);
  if (!match) return null;
  const ms = Number(match[1]) * (MS_OF_UNIT[match[2] ?? ''] ?? NaN);
  return ms <= LONGEST_MS ? ms : null;
}

/**
 * @returns milliseconds
 * @throws PipelineError `SPEC_INVALID` if the text is no duration.
 */
export function parseDuration(text: string): number {
  const ms = durationMs(text);
  if (ms !== null) return ms;
  throw new PipelineError('SPEC_INVALID', `"${text}" is not a duration`, {
    remedy: 'write a whole number and ms, s, m, h or d, such as 20m; ten years at most',
  });
}
