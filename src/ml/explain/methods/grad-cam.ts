import { suggest } from '../../../did-you-mean.ts';
import { PipelineError } from '../../../errors.ts';
import type { Network } from '../../network.ts';
import { gradCam } from '../grad-cam.ts';
import { layerGradients } from '../layer-gradients.ts';
import type { ExplainContext, ExplainSettings, LocalMethod } from '../local-method.ts';
import { classProbabilities } from '../model-function.ts';

/**
 * The heat of a pixel is spread evenly over its channels.
 *
 * Errors: `MODEL_UNSUPPORTED` for a model that is not one network with a convolution;
 * `SPEC_INVALID` for a layer that it does not have or that has no places.
 */
export const gradCamMethod: LocalMethod = {
  reads: 'nothing',
  settings: (context) => ({
    layer: nameAt(networkOf(context), layerOf(context)),
    signs: signsOf(context.settings),
  }),

  async explain({ x }, classIndex, context) {
    const network = networkOf(context);
    const layer = layerOf(context);
    const [output = NaN] = await classProbabilities(context.model, { x, rows: 1 }, classIndex);
    const [height, width, channels] = network.architecture.inputShape as [number, number, number];
    const heat = gradCam({
      ...(await layerGradients(network, { x, layer, classIndex })),
      shape: network.shapes[layer]?.outputShape as unknown as [number, number, number],
      size: [height, width],
      signs: signsOf(context.settings),
    });
    return {
      attributions: Float64Array.from(x, (_, at) => heat[Math.floor(at / channels)]! / channels),
      output,
      baseOutput: null,
      error: null,
      samplingError: null,
      evaluations: 2,
    };
  },
};

const signsOf = ({ signs }: ExplainSettings): 'signed' | 'positive' =>
  signs === 'signed' ? 'signed' : 'positive';

const nameAt = ({ shapes }: Network, layer: number): string => shapes[layer]?.name ?? '';

function networkOf({ classifier }: ExplainContext): Network {
  if (classifier.network) return classifier.network;
  throw new PipelineError(
    'MODEL_UNSUPPORTED',
    'grad-cam looks into the layers of one network, and the model is none',
    { remedy: 'explain a member of the fusion, or use the method integrated-gradients' },
  );
}

/** @returns the index of the layer that is named, or of the last convolution. */
function layerOf(context: ExplainContext): number {
  const { architecture, shapes } = networkOf(context);
  const { layer } = context.settings;
  if (layer === undefined) {
    const last = architecture.layers.findLastIndex(({ type }) => type === 'conv2d');
    if (last >= 0) return last;
    throw new PipelineError('MODEL_UNSUPPORTED', 'grad-cam: the network has no convolution', {
      remedy: 'use the method integrated-gradients',
    });
  }
  const index = shapes.findIndex(({ name }) => name === layer);
  if (shapes[index]?.outputShape.length === 3) return index;
  const spatial = shapes.filter(({ outputShape }) => outputShape.length === 3);
  const names = spatial.map(({ name }) => name);
  const found = index < 0 ? 'the network has none' : 'its output has no places';
  throw new PipelineError('SPEC_INVALID', `explain: grad-cam of the layer "${layer}": ${found}`, {
    remedy: suggest(layer, names, 'layers'),
  });
}
