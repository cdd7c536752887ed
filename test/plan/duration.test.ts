import { isPipelineError } from '../../src/errors.ts';
import { durationMs, parseDuration } from '../../src/plan/duration.ts';

describe('durations', () => {
  it.each([
    ['500ms', 500],
    ['10s', 10_000],
    ['20m', 1_200_000],
    ['2h', 7_200_000],
    ['7d', 604_800_000],
    ['0s', 0],
    ['3650d', 315_360_000_000],
  ])('%s is %i ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', '10', 's', '-1s', '1.5h', '10 s', '1w', '1s ', '1S', '3651d', '9'.repeat(40) + 'd'])(
    '"%s" is none',
    (text) => {
      expect(durationMs(text)).toBeNull();
      try {
        parseDuration(text);
      } catch (error) {
        expect(isPipelineError(error) && error.code).toBe('SPEC_INVALID');
        return;
      }
      throw new Error('it was accepted');
    },
  );
});
