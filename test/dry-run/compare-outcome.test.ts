import { durationText } from '../../src/dry-run/compare-outcome.ts';

describe('a duration in words', () => {
  it.each([
    [0, '0s'],
    [999, '999ms'],
    [60_000, '1m'],
    [3 * 86_400_000 + 30 * 60_000 + 1_000, '3d 30m 1s'],
    [25 * 3_600_000 + 5, '1d 1h 5ms'],
  ])('%i ms is %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
});
