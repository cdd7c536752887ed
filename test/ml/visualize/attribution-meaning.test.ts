import { attributionBars } from '../../../src/ml/visualize/attribution-bars.ts';
import { meaningOf } from '../../../src/ml/visualize/attribution-meaning.ts';
import { attributionOverlay } from '../../../src/ml/visualize/attribution-overlay.ts';
import { THEMES } from '../../../src/ml/visualize/theme.ts';

const shown = { attributions: [0.5, 1], sourceRow: 1, predicted: 'a', probability: 1 };
const drawn = (method: 'saliency' | 'grad-cam' | 'occlusion', signs: string) => {
  const meaning = meaningOf({ method, settings: { signs } });
  return [
    attributionOverlay({ ...shown, shape: [1, 2, 1], pixels: [0, 1], meaning }, THEMES.light),
    attributionBars({ ...shown, featureNames: ['x', 'y'], meaning }, THEMES.light),
  ];
};

it('says nothing of for and against where an attribution is a slope', () => {
  for (const svg of drawn('saliency', 'absolute')) {
    expect(svg).toContain('moves the score');
    expect(svg).not.toMatch(/against|in probability|for the prediction/);
  }
  for (const svg of drawn('saliency', 'signed')) expect(svg).toContain('more lowers the score');
});

it('says what heat is measured in, and losses in probability', () => {
  expect(drawn('grad-cam', 'signed')[0]).toContain('as share of the strongest place');
  for (const svg of drawn('occlusion', '')) expect(svg).toContain('for the prediction');
  expect(drawn('occlusion', '')[0]).toContain('in probability');
});
