import { exactShap } from '../exact-shap.ts';
import type { LocalMethod } from '../local-method.ts';

export const exactShapMethod: LocalMethod = {
  reads: 'background',
  settings: ({ background, settings }) => ({ background: background.rows, seed: settings.seed }),
  explain: ({ x }, classIndex, { model, background, onBatch }) =>
    exactShap({ model, row: x, background, classIndex, onBatch }),
};
