/** What TensorBoard shows of a training: curves, weights, filters, layers, the architecture. */
import type { Architecture, EpochRecord } from '../model.ts';
import { inputsOf, type LayerShape } from '../architectures/infer-shapes.ts';
import type { TensorboardEvent } from './event-file.ts';
import { filterPicture } from './filter-picture.ts';
import { layerGraph } from './layer-graph.ts';
import type { WeightHistograms } from './weight-histograms.ts';

export interface TrainedNetwork {
  readonly architecture: Pick<Architecture, 'inputShape' | 'inputs' | 'layers' | 'seed'>;
  readonly shapes: readonly LayerShape[];
  weightTensors(): readonly {
    readonly name: string;
    readonly tensor: { readonly shape: readonly number[]; dataSync(): ArrayLike<number> };
  }[];
}

export interface TrainingToShow {
  readonly history: readonly EpochRecord[];
  /** With the weights that were kept. */
  readonly network: TrainedNetwork;
  readonly histograms: WeightHistograms;
}

/** Of one run of TensorBoard, in order. */
export function trainingEvents({
  history,
  network,
  histograms,
}: TrainingToShow): TensorboardEvent[] {
  const { architecture, shapes } = network;
  const startMs = history[0]?.endedAtMs ?? 0;
  const endMs = history.at(-1)?.endedAtMs ?? 0;
  const picture = picturesOf(network);
  const inputs = inputsOf(architecture);
  const graph = layerGraph({ inputs, layers: architecture.layers, shapes });
  return [
    { wallTimeMs: startMs, step: 0, graph },
    { wallTimeMs: startMs, step: 0, texts: { architecture: architectureTable(network) } },
    ...history.map((record) => ({
      wallTimeMs: record.endedAtMs,
      step: record.epoch,
      scalars: scalarsOf(record),
      histograms: histograms.of(record.epoch),
    })),
    ...(picture ? [{ wallTimeMs: endMs, step: history.length, images: picture }] : []),
  ];
}

function scalarsOf(record: EpochRecord): Record<string, number> {
  const { validationLoss, validationAccuracy } = record;
  return {
    loss: record.loss,
    accuracy: record.accuracy,
    ...(validationLoss !== null && { val_loss: validationLoss }),
    ...(validationAccuracy !== null && { val_accuracy: validationAccuracy }),
    learning_rate: record.learningRate,
  };
}

function picturesOf(network: TrainedNetwork): TensorboardEvent['images'] {
  const first = network.shapes.find(({ weights }) => weights.length > 0);
  const weight = network.weightTensors()[0];
  if (!first || !weight) return undefined;
  const { shape } = weight.tensor;
  const picture = filterPicture(network.architecture.inputShape, {
    ...{ type: first.type, shape, values: weight.tensor.dataSync() },
  });
  return picture ? { [`filters/${first.name}`]: picture } : undefined;
}

/** As Keras' `summary()`, in Markdown. */
function architectureTable({ architecture, shapes }: TrainedNetwork): string {
  const shape = (sizes: readonly number[]) => `[${sizes.join(', ')}]`;
  const total = shapes.reduce((sum, { parameters }) => sum + parameters, 0);
  return [
    '| Layer | Type | Output | Parameters |',
    '| --- | --- | --- | ---: |',
    `| input | | ${shape(architecture.inputShape)} | 0 |`,
    ...shapes.map(
      ({ name, type, outputShape, parameters }) =>
        `| ${name} | ${type} | ${shape(outputShape)} | ${parameters} |`,
    ),
    '',
    `${total} parameters; initial weights of seed ${architecture.seed}`,
  ].join('\n');
}
