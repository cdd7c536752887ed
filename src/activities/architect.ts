/** The step `architect`: a family or a list of layers to a network whose every size is known. */
import { MEDIA_TYPE } from '../artifacts/artifact.ts';
import type { DatasetManifest } from '../data/dataset.ts';
import { decodeDataset } from '../data/decode-dataset.ts';
import { PipelineError } from '../errors.ts';
import type { Json } from '../json.ts';
import { FAMILIES_OF_KEY, faultOfCell, faultOfFamily } from '../layers/families.ts';
import { faultOfWriting } from '../layers/fault-of-writing.ts';
import type { InputSpec } from '../layers/layer-spec.ts';
import { completeLayer, readLayer } from '../layers/read-layer.ts';
import {
  drawCnn,
  drawMlp,
  withOutput,
  withOutputs,
} from '../ml/architectures/draw-architecture.ts';
import {
  drawRecurrentWriter,
  drawTransformerWriter,
  type TransformerWriterOptions,
} from '../ml/architectures/draw-encoder-decoder.ts';
import {
  drawRnn,
  drawTransformer,
  type RnnOptions,
} from '../ml/architectures/draw-sequence-families.ts';
import { inferLayers, inputsOf, type LayerShape } from '../ml/architectures/infer-shapes.ts';
import type { Architecture, LayerSpec } from '../ml/model.ts';
import type { ArchitectStep } from './step-types.ts';
import type { Step } from './step.ts';

type Settings = ArchitectStep['with'];

const DEFAULT = {
  hidden: [64, 32],
  filters: [32, 64, 128],
  denseOfCnn: [512],
  units: [64],
  cell: 'lstm',
  writer: 'transformer',
  embedding: 64,
  blocks: 2,
  heads: 4,
  feedForward: 128,
  positions: 'sinusoidal',
  activation: 'relu',
} as const;

/** Keys that the schema gives a default, so that every family has them here. */
const KEYS_OF_ALL: readonly string[] = ['kernelSize', 'dropout', 'activation'];

const BYTES = 4;
/** Adam keeps two values for each that it trains. */
const ADAM_STATE = 2;

export const architectStep: Step<Settings, ArchitectStep['outputs']> = {
  kind: 'architect',

  async run(input, context) {
    requireKeysOfFamily(input);
    requireCell(input);
    const dataset = decodeDataset(await context.store.getJson<Json>(input.dataset));
    const architecture = drawArchitecture(input, dataset);
    const shapes = inferLayers({ inputs: inputsOf(architecture), layers: architecture.layers });
    if (architecture.labelShape) requireWriting(architecture, shapes);
    return {
      architecture: await context.store.putJson(architecture, MEDIA_TYPE.architecture),
      ...preview(shapes),
    };
  },
};

function drawArchitecture(settings: Settings, dataset: DatasetManifest): Architecture {
  const { inputShape, classes } = dataset;
  const { labelShape } = dataset;
  const isText = labelShape !== undefined;
  const fault = faultOfFamily(settings.family, { inputs: inputsOf(dataset), isText });
  if (fault) {
    const message = `The family ${settings.family} ${fault.found}`;
    throw new PipelineError(fault.code, message, { remedy: fault.remedy });
  }
  // For the family mlp all inputs are numbers: it reads the row as a whole.
  const { inputs } = settings.family === 'mlp' ? {} : dataset;
  const all = inputsOf({ inputShape, ...(inputs && { inputs }) });
  const layers = drawLayers(settings, all);
  return {
    version: 1,
    inputShape,
    ...(inputs && { inputs }),
    classes: classes.length,
    ...(labelShape && { labelShape }),
    layers: labelShape
      ? withOutputs(layers, classes.length)
      : withOutput({ inputs: all, layers }, classes.length),
    seed: settings.seed,
  };
}

/** @throws PipelineError `SHAPE_MISMATCH`, `ARCHITECTURE_INVALID` */
function requireWriting(architecture: Architecture, shapes: readonly LayerShape[]): void {
  const { labelShape = [], classes, layers } = architecture;
  const [found, wanted] = [shapes.at(-1)?.outputShape ?? [], [...labelShape, classes]];
  if (found.join() !== wanted.join()) {
    const message = `The output is [${found.join(', ')}]; a token at each place of the target needs [${wanted.join(', ')}]`;
    const remedy = 'let the last layer give each place of the input target its values';
    throw new PipelineError('SHAPE_MISMATCH', message, { remedy });
  }
  const looking = faultOfWriting({ inputs: inputsOf(architecture), layers });
  if (!looking) return;
  const { fault, index } = looking;
  const message = `Layer ${index} (${layers[index]?.type}) ${fault.found}`;
  throw new PipelineError(fault.code, message, { remedy: fault.remedy });
}

/** What is known of a network before it is trained. */
function preview(shapes: readonly LayerShape[]): Omit<ArchitectStep['outputs'], 'architecture'> {
  const sum = (count: (shape: LayerShape) => number): number =>
    shapes.reduce((total, shape) => total + count(shape), 0);
  const parameters = sum((shape) => shape.parameters);
  return {
    parameters,
    operations: sum(({ operations }) => operations),
    memory: {
      parameters: BYTES * parameters,
      optimizer: ADAM_STATE * BYTES * parameters,
      activationsPerRow: BYTES * sum(({ activations }) => activations),
    },
    layers: shapes.map((shape) => ({
      name: shape.name,
      type: shape.type,
      outputShape: [...shape.outputShape],
      parameters: shape.parameters,
      operations: shape.operations,
    })),
  };
}

function requireKeysOfFamily(settings: Settings): void {
  for (const [key, families] of Object.entries(FAMILIES_OF_KEY)) {
    if (families.includes(settings.family) || KEYS_OF_ALL.includes(key)) continue;
    if (settings[key as keyof Settings] === undefined) continue;
    throw new PipelineError(
      'ARCHITECTURE_INVALID',
      `"${key}" belongs to the family ${families.join(' or ')}; this one is ${settings.family}`,
      { remedy: `remove "${key}" or set family: ${families[0]}` },
    );
  }
}

/** The compiler says the same of what it can see; here it is what expressions came to. */
function requireCell(settings: Settings): void {
  const { family, cell = family === 'rnn' ? DEFAULT.cell : DEFAULT.writer } = settings;
  const keys = Object.keys(settings).filter((key) => settings[key as keyof Settings] !== undefined);
  const fault = faultOfCell(family, cell, keys);
  if (!fault) return;
  const message = `The family ${family} ${fault.found}`;
  throw new PipelineError(fault.code, message, { remedy: fault.remedy });
}

function drawLayers(settings: Settings, inputs: readonly InputSpec[]): LayerSpec[] {
  const { dropout, kernelSize, activation = DEFAULT.activation } = settings;
  const { embedding = DEFAULT.embedding } = settings;
  const input = inputs[0] as InputSpec;
  const shared = { inputShape: input.shape, input, activation, dropout, embedding };
  switch (settings.family) {
    case 'mlp':
      return drawMlp(settings.hidden ?? DEFAULT.hidden, shared);
    case 'cnn': {
      const { filters = DEFAULT.filters, dense = DEFAULT.denseOfCnn } = settings;
      return drawCnn({ ...shared, kernelSize, filters, dense });
    }
    case 'rnn': {
      const { cell = DEFAULT.cell, units = DEFAULT.units } = settings;
      const { bidirectional = false, dense = [] } = settings;
      return drawRnn({ ...shared, cell: cell as RnnOptions['cell'], units, bidirectional, dense });
    }
    case 'encoder-decoder':
      return drawWriter(settings, { ...shared, inputs });
    case 'transformer': {
      const { blocks = DEFAULT.blocks, heads = DEFAULT.heads } = settings;
      const { feedForward = DEFAULT.feedForward, positions = DEFAULT.positions } = settings;
      return drawTransformer({ ...shared, blocks, heads, feedForward, positions });
    }
    case 'layers':
      return readLayers(settings, inputs);
  }
}

function drawWriter(
  settings: Settings,
  shared: Pick<TransformerWriterOptions, 'inputs' | 'activation' | 'dropout' | 'embedding'>,
): LayerSpec[] {
  const { cell = DEFAULT.writer, units = DEFAULT.units } = settings;
  const { blocks = DEFAULT.blocks, heads = DEFAULT.heads } = settings;
  const { feedForward = DEFAULT.feedForward, positions = DEFAULT.positions } = settings;
  return cell === 'lstm' || cell === 'gru'
    ? drawRecurrentWriter({ ...shared, cell, units })
    : drawTransformerWriter({ ...shared, blocks, heads, feedForward, positions });
}

function readLayers({ layers }: Settings, inputs: readonly InputSpec[]): LayerSpec[] {
  if (!layers) throw new PipelineError('ARCHITECTURE_INVALID', 'The family layers needs "layers"');
  return layers.map((given, index) => {
    const vocabulary = vocabularyFor(given, inputs);
    if (given.type === 'embedding' && Number.isNaN(vocabulary)) {
      const remedy = 'read the column as text, or give the layer a `vocabulary`';
      const message = `Layer ${index} (embedding) has no vocabulary, and the data has no text`;
      throw new PipelineError('ARCHITECTURE_INVALID', message, { remedy });
    }
    const layer = completeLayer(given, {
      activation: DEFAULT.activation,
      vocabulary,
    });
    const read = readLayer(layer);
    if ('layer' in read) return read.layer;
    throw new PipelineError('ARCHITECTURE_INVALID', `Layer ${index} ${read.problem}`);
  });
}

/** Its own, or that of the input it reads; where it names none, that of the first text. */
function vocabularyFor(
  layer: NonNullable<Settings['layers']>[number],
  inputs: readonly InputSpec[],
): number {
  if ('vocabulary' in layer && layer.vocabulary !== undefined) return layer.vocabulary;
  const named = inputs.find(({ name }) => name === layer.inputs?.[0]);
  const text = named ?? inputs.find((input) => input.vocabulary !== undefined);
  return text?.vocabulary ?? Number.NaN;
}
