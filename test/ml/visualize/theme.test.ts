import { contrast, inkOn, mix } from '../../../src/ml/visualize/colour.ts';
import { textWidth } from '../../../src/ml/visualize/measure-text.ts';
import { seriesColour, THEMES } from '../../../src/ml/visualize/theme.ts';

describe('contrast', () => {
  // Examples of WCAG's own documents.
  it.each([
    ['#000000', '#ffffff', 21],
    ['#777777', '#ffffff', 4.48],
    ['#767676', '#ffffff', 4.54],
    ['#ff0000', '#ffffff', 4],
  ])('of %s on %s is %d', (one, other, wanted) => {
    expect(contrast(one, other)).toBeCloseTo(wanted, 2);
    expect(contrast(other, one)).toBe(contrast(one, other));
  });
});

describe.each(Object.values(THEMES))('the theme $name', (theme) => {
  it('has 4.5 : 1 between its paper and whatever text may be written in', () => {
    const inks = [theme.ink, theme.quietInk, theme.supports, theme.opposes, ...theme.series];
    for (const ink of inks) expect(contrast(ink, theme.paper)).toBeGreaterThanOrEqual(4.5);
  });

  it('has 3 : 1 between its paper and frames', () => {
    expect(contrast(theme.frame, theme.paper)).toBeGreaterThanOrEqual(3);
  });

  it('has a legible ink on every shade of its scales', () => {
    for (const end of [theme.deepest, theme.supports, theme.opposes]) {
      for (let share = 0; share <= 1; share += 0.02) {
        const shade = mix(theme.paper, end, share);
        expect(contrast(inkOn(shade), shade)).toBeGreaterThanOrEqual(4.2);
      }
    }
  });

  it('has a scale that grey alone tells: further from the paper is further from it', () => {
    const steps = Array.from({ length: 11 }, (_, at) =>
      contrast(theme.paper, mix(theme.paper, theme.deepest, at / 10)),
    );
    steps.slice(1).forEach((step, at) => expect(step).toBeGreaterThan(steps[at] ?? Infinity));
  });

  it('begins its series again after the last', () => {
    expect(seriesColour(theme, theme.series.length)).toBe(theme.series[0]);
  });
});

describe('textWidth', () => {
  it('is the sum of the advances of the bundled font', () => {
    // As hmtx of modelwright-sans-regular.ttf has them: i 278, W 989, of 1000.
    expect(textWidth('iW', 10)).toBeCloseTo(12.67, 10);
    expect(textWidth('', 10)).toBe(0);
    expect(textWidth('数', 10)).toBe(10);
  });
});
