import { inputsOf } from '../../architectures/infer-shapes.ts';
import type { ExplainContext, LocalMethod } from '../local-method.ts';
import { occlusionPatches } from '../occlusion-patches.ts';
import { occlusion, type Occlusion, type Patch } from '../occlusion.ts';

export const occlusionMethod: LocalMethod = {
  reads: 'background',
  settings: ({ background, settings }) => ({
    background: background.rows,
    window: settings.window ?? 'a quarter of the shorter side',
    stride: settings.stride ?? 'half a window',
    fill: settings.fill ?? 0,
    seed: settings.seed,
  }),

  async explain({ x }, classIndex, context) {
    const { model, manifest, background, settings, onBatch } = context;
    const { window, stride, fill } = settings;
    const inputs = inputsOf(manifest);
    const patches = occlusionPatches({ row: x, inputs, background, window, stride, fill });
    const found = await occlusion({ model, row: x, classIndex, patches, onBatch });
    const passages = wordsOf(x, context, { patches, attributions: found.attributions });
    return { ...found, ...passages, baseOutput: null, error: null, samplingError: null };
  },
};

interface Covered extends Pick<Occlusion, 'attributions'> {
  readonly patches: readonly Patch[];
}

/** Where there is text its words, and beside them other values, as people read them. */
function wordsOf(
  x: Float32Array,
  { texts, readPassage, manifest }: ExplainContext,
  { patches, attributions }: Covered,
) {
  if (texts.length === 0) return {};
  const passages = patches.map(({ values: [at = 0] }) => {
    const isWord = texts.some(({ offset, length }) => at >= offset && at < offset + length);
    const text = isWord
      ? readPassage(x, { ranges: [], tokens: [at, at + 1] })
      : (manifest.featureNames[at] ?? '');
    return { text, value: attributions[at] ?? 0 };
  });
  return { passages };
}
