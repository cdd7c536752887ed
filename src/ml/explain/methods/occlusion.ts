import { inputsOf } from '../../architectures/infer-shapes.ts';
import type { LocalMethod } from '../local-method.ts';
import { occlusionPatches } from '../occlusion-patches.ts';
import { occlusion } from '../occlusion.ts';

export const occlusionMethod: LocalMethod = {
  reads: 'background',
  settings: ({ background, settings }) => ({
    background: background.rows,
    window: settings.window ?? 'a quarter of the shorter side',
    stride: settings.stride ?? 'half a window',
    fill: settings.fill ?? 0,
    seed: settings.seed,
  }),

  async explain({ x }, classIndex, { model, manifest, background, settings, onBatch }) {
    const { window, stride, fill } = settings;
    const inputs = inputsOf(manifest);
    const patches = occlusionPatches({ row: x, inputs, background, window, stride, fill });
    const found = await occlusion({ model, row: x, classIndex, patches, onBatch });
    return { ...found, baseOutput: null, error: null, samplingError: null };
  },
};
