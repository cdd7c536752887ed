import { CounterRandom } from '../../random.ts';
import type { LocalMethod } from '../local-method.ts';
import { permutationShap } from '../permutation-shap.ts';
import { adaptiveFound, adaptiveText } from './adaptive-found.ts';

export const permutationShapMethod: LocalMethod = {
  reads: 'background',

  settings: ({ background, settings }) => ({
    background: background.rows,
    seed: settings.seed,
    ...(adaptiveText(settings) ?? { samples: settings.samples ?? 'at least 500' }),
  }),

  async explain({ row, x }, classIndex, { model, background, settings, onBatch }) {
    const { samples, adaptive, seed } = settings;
    const random = new CounterRandom({ seed, stream: 'explain-orders', step: row });
    const game = { model, row: x, background, classIndex, onBatch };
    return adaptiveFound(await permutationShap(game, { samples, adaptive, random }));
  },
};
