import { CounterRandom } from '../../random.ts';
import { kernelShap } from '../kernel-shap.ts';
import { adaptiveFound, adaptiveText } from './adaptive-found.ts';
import type { ExplainContext, LocalMethod } from '../local-method.ts';

export const kernelShapMethod: LocalMethod = {
  reads: 'background',
  settings: (context) => ({ ...coalitionSettings(context), ...adaptiveText(context.settings) }),

  async explain({ row, x }, classIndex, { model, background, settings, onBatch }) {
    const { samples, adaptive, seed } = settings;
    const random = new CounterRandom({ seed, stream: 'explain-coalitions', step: row });
    const game = { model, row: x, background, classIndex, onBatch };
    return adaptiveFound(await kernelShap(game, { samples, adaptive, random }));
  },
};

/** What a method that draws coalitions depends on. */
export function coalitionSettings({ background, settings }: ExplainContext) {
  const samples = settings.samples ?? '2·features + 2048';
  return { background: background.rows, seed: settings.seed, samples };
}
