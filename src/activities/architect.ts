/** The step `architect`: a family or a list of layers to a network whose every size is known. */
import { MEDIA_TYPE } from '../artifacts/artifact.ts';
import { decodeDataset } from '../data/decode-dataset.ts';
import { PipelineError } from '../errors.ts';
import type { Json } from '../json.ts';
import { drawCnn, drawMlp, withOutput } from '../ml/architectures/draw-architecture.ts';
import { inferShapes } from '../ml/architectures/infer-shapes.ts';
import type { Activation, Architecture, LayerSpec } from '../ml/model.ts';
import type { ArchitectStep, Layer } from './step-types.ts';
import type { Step } from './step.ts';

const DEFAULT = {
  hidden: [64, 32],
  filters: [32, 64, 128],
  dense: [512],
  activation: 'relu',
} as const;

/** Which keys belong to which family, besides those of all. */
const KEYS_OF_FAMILY = {
  mlp: ['hidden'],
  cnn: ['filters', 'dense'],
  layers: ['layers'],
} as const satisfies Record<string, readonly (keyof ArchitectStep['with'])[]>;

export const architectStep: Step<ArchitectStep['with'], ArchitectStep['outputs']> = {
  kind: 'architect',

  async run(input, context) {
    requireKeysOfFamily(input);
    const dataset = decodeDataset(await context.store.getJson<Json>(input.dataset));
    const { inputShape, classes } = dataset;
    const layers = withOutput(drawLayers(input, inputShape), inputShape, classes.length);
    const shapes = inferShapes(inputShape, layers);
    const architecture: Architecture = {
      version: 1,
      inputShape,
      classes: classes.length,
      layers,
      seed: input.seed,
    };
    return {
      architecture: await context.store.putJson(architecture, MEDIA_TYPE.architecture),
      parameters: shapes.reduce((sum, { parameters }) => sum + parameters, 0),
      layers: shapes.map(({ name, type, outputShape, parameters }) => ({
        name,
        type,
        outputShape: [...outputShape],
        parameters,
      })),
    };
  },
};

function requireKeysOfFamily(input: ArchitectStep['with']): void {
  for (const [family, keys] of Object.entries(KEYS_OF_FAMILY)) {
    for (const key of keys) {
      if (family === input.family || input[key] === undefined) continue;
      throw new PipelineError(
        'ARCHITECTURE_INVALID',
        `"${key}" belongs to the family ${family}; this one is ${input.family}`,
        { remedy: `remove "${key}" or set family: ${family}` },
      );
    }
  }
}

function drawLayers(input: ArchitectStep['with'], inputShape: readonly number[]): LayerSpec[] {
  const { dropout, kernelSize } = input;
  const activation = input.activation ?? DEFAULT.activation;
  switch (input.family) {
    case 'mlp':
      return drawMlp(input.hidden ?? DEFAULT.hidden, { inputShape, activation, dropout });
    case 'cnn': {
      const { filters = DEFAULT.filters, dense = DEFAULT.dense } = input;
      return drawCnn({ inputShape, activation, dropout, kernelSize, filters, dense });
    }
    case 'layers':
      if (!input.layers) {
        throw new PipelineError('ARCHITECTURE_INVALID', 'The family layers needs "layers"');
      }
      return input.layers.map((layer) => withDefaults(layer, activation));
  }
}

/** Every size made explicit, as the stored architecture has it. */
function withDefaults(layer: Layer, activation: Activation): LayerSpec {
  switch (layer.type) {
    case 'dense':
      return { type: 'dense', units: layer.units, activation: layer.activation ?? activation };
    case 'conv2d': {
      const { filters, kernelSize = 3, strides = 1, padding = 'same' } = layer;
      const own = layer.activation ?? activation;
      return { type: 'conv2d', filters, kernelSize, strides, padding, activation: own };
    }
    case 'maxPooling2d':
    case 'averagePooling2d':
      return { type: layer.type, poolSize: layer.poolSize ?? 2 };
    case 'dropout':
      return { type: 'dropout', rate: layer.rate };
    case 'activation':
      return { type: 'activation', activation: layer.activation };
    default:
      return { type: layer.type };
  }
}
