/** Layers whose settings are few: dense, convolutions, pooling, shapes, merges, normalisation. */
import { isJsonObject } from '../../../json.ts';
import { productOf } from '../../../layers/shape.ts';
import { unsupportedModel } from '../import-fault.ts';
import type { Conversion, Converter, Convertible } from './conversion.ts';
import type { LayerSettings } from './layer-settings.ts';

const BIAS = 1;

const withoutBias = (settings: LayerSettings): Pick<Conversion, 'absent'> =>
  settings.flag('use_bias', true) ? {} : { absent: { [BIAS]: 0 } };

export const convertDense: Converter = ({ settings }) => ({
  body: { type: 'dense', units: settings.size('units'), activation: settings.activation() },
  ...withoutBias(settings),
});

/** Of a dense layer: ours works on the last axis anyway. */
export const convertTimeDistributed: Converter = (given) => {
  const { settings } = given;
  const inner = settings.get('layer');
  const { class_name: className, config } = isJsonObject(inner) ? inner : {};
  if (className !== 'Dense' || !isJsonObject(config)) {
    throw settings.refuse('layer', 'a Dense layer');
  }
  return convertDense({ ...given, settings: settings.inner(config, className) });
};

function convolution(settings: LayerSettings) {
  settings.only('data_format', 'channels_last', null);
  settings.only('groups', 1);
  settings.only('dilation_rate', 1, [1], [1, 1]);
  return {
    filters: settings.size('filters'),
    kernelSize: settings.side('kernel_size'),
    strides: settings.side('strides'),
    activation: settings.activation(),
  };
}

export const convertConv2d: Converter = ({ settings }) => {
  settings.only('padding', 'valid', 'same');
  const padding = settings.get('padding') === 'valid' ? 'valid' : 'same';
  const body = { type: 'conv2d', ...convolution(settings), padding } as const;
  return { body, ...withoutBias(settings) };
};

export const convertConv1d: Converter = ({ settings }) => {
  settings.only('padding', 'valid', 'same', 'causal');
  const padding = settings.get('padding') as 'valid' | 'same' | 'causal';
  const body = { type: 'conv1d', ...convolution(settings), padding } as const;
  return { body, ...withoutBias(settings) };
};

type Pooling = 'maxPooling2d' | 'averagePooling2d' | 'maxPooling1d' | 'averagePooling1d';

/** Windows side by side. */
export const pooling =
  (type: Pooling): Converter =>
  ({ settings, shape }) => {
    settings.only('data_format', 'channels_last', null);
    const poolSize = settings.side('pool_size');
    const strides = settings.get('strides') == null ? poolSize : settings.side('strides');
    if (strides !== poolSize) throw settings.refuse('strides', `pool_size, ${poolSize}`);
    // Where nothing remains, there is nothing to pad.
    const isWhole = shape.slice(0, -1).every((side) => side % poolSize === 0);
    if (!isWhole) settings.only('padding', 'valid');
    return { body: { type, poolSize } };
  };

type Global = 'globalAveragePooling2d' | 'globalAveragePooling1d' | 'globalMaxPooling1d';

export const globalPooling =
  (type: Global): Converter =>
  ({ settings }) => {
    settings.only('data_format', 'channels_last', null);
    settings.only('keepdims', false);
    return { body: { type } };
  };

export const convertFlatten: Converter = ({ settings }) => {
  settings.only('data_format', 'channels_last', null);
  return { body: { type: 'flatten' } };
};

export const convertReshape: Converter = ({ settings, shape: from }) => {
  const target = settings.get('target_shape');
  const sizes = Array.isArray(target) ? (target as readonly number[]) : [];
  const known = productOf(sizes.filter((size) => size !== -1));
  const open = productOf(from) / known;
  const shape = sizes.map((size) => (size === -1 ? open : size));
  return { body: { type: 'reshape', shape } };
};

export const convertActivation: Converter = ({ settings }) => ({
  body: { type: 'activation', activation: settings.activation() },
});

export const convertRelu: Converter = ({ settings }) => {
  settings.only('max_value', null);
  settings.only('negative_slope', 0, null);
  settings.only('threshold', 0, null);
  return { body: { type: 'activation', activation: 'relu' } };
};

export const convertElu: Converter = ({ settings }) => {
  settings.only('alpha', 1);
  return { body: { type: 'activation', activation: 'elu' } };
};

export const convertSoftmax: Converter = (given) => {
  requireLastAxis(given);
  return { body: { type: 'activation', activation: 'softmax' } };
};

export const convertDropout: Converter = ({ settings }) => {
  settings.only('noise_shape', null);
  return { body: { type: 'dropout', rate: settings.number('rate') } };
};

/** Noise of training alone, of a kind that we do not have. */
export const leaveOut: Converter = () => ({ body: null });

export const elementwise =
  (type: 'add' | 'multiply'): Converter =>
  () => ({ body: { type } });

export const convertConcatenate: Converter = (given) => {
  requireLastAxis(given);
  return { body: { type: 'concatenate' } };
};

const GAMMA = 0;
const BETA = 1;

export const normalization =
  (type: 'batchNormalization' | 'layerNormalization'): Converter =>
  (given) => {
    const { settings } = given;
    requireLastAxis(given);
    settings.only('rms_scaling', false);
    settings.only('renorm', false);
    const absent: Record<number, 0 | 1> = {};
    if (!settings.flag('scale', true)) absent[GAMMA] = 1;
    if (!settings.flag('center', true)) absent[BETA] = 0;
    return { body: { type, epsilon: settings.number('epsilon') }, absent };
  };

/** Keras counts the batch as axis 0, and writes one axis as a list too. */
function requireLastAxis({ layer, settings, shape }: Convertible): void {
  const axis = settings.get('axis') ?? -1;
  const found = Array.isArray(axis) && axis.length === 1 ? (axis[0] as unknown) : axis;
  if (found === -1 || found === shape.length) return;
  throw unsupportedModel(
    `layer "${layer.name}" (${layer.className}) works on axis ${JSON.stringify(axis)}`,
    'only the last axis can be imported; put it last, or export the model as ONNX',
  );
}
