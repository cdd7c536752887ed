/** Makes the last layer what every network here has: dense, a unit for each class, softmax. */
import { PipelineError } from '../../errors.ts';
import type { DenseBody, LayerSpec } from '../../layers/layer-spec.ts';
import type { ConvertedLayer } from './convert-network.ts';
import { unsupportedModel } from './import-fault.ts';

/** What a foreign model's output means. */
export type OutputMeaning = 'probabilities' | 'logits';

export interface OutputRequest {
  /** As the author declares it; only logits must be declared. */
  readonly output: OutputMeaning | undefined;
  readonly order: readonly number[];
}

/**
 * One sigmoid unit becomes two with softmax: of 0 and z, softmax gives 1 − σ(z) and σ(z).
 *
 * @throws PipelineError `MODEL_UNSUPPORTED` for an output that gives no classes; `SHAPE_MISMATCH` for
 * another number of classes; `SPEC_INVALID` where the layers deny what the author declared.
 */
export function finishOutput(
  layers: readonly ConvertedLayer[],
  { output, order }: OutputRequest,
): readonly ConvertedLayer[] {
  const { dense, before } = findOutput(layers);
  const { spec, weights } = dense;
  requireDeclared(spec, output);
  const { units } = spec;
  const found = units === 1 ? 2 : units;
  if (found !== order.length) {
    throw new PipelineError(
      'SHAPE_MISMATCH',
      `import: the model tells ${found} classes apart, but ${order.length} are named`,
      { remedy: 'give `classes` in the order of the model’s outputs' },
    );
  }
  const [kernel, bias] = weights as [Float32Array, Float32Array];
  const column = (values: Float32Array, row: number, place: number): number => {
    if (units === 1) return place === 0 ? 0 : (values[row] as number);
    return values[row * units + place] as number;
  };
  const arrange = (values: Float32Array): Float32Array => {
    const rows = Array.from({ length: values.length / units }, (_, row) => row);
    return Float32Array.from(
      rows.flatMap((row) => order.map((place) => column(values, row, place))),
    );
  };
  const last: LayerSpec = { ...spec, units: order.length, activation: 'softmax' };
  const finished = [arrange(kernel), arrange(bias)];
  return [...before, { spec: last, weights: finished, outputShape: [order.length] }];
}

type Dense = ConvertedLayer & { readonly spec: LayerSpec & DenseBody };

/** The last layer, or where that is an activation alone, the one before with this activation. */
function findOutput(layers: readonly ConvertedLayer[]): {
  readonly dense: Dense;
  readonly before: readonly ConvertedLayer[];
} {
  const last = layers.at(-1);
  if (last && isDense(last)) return { dense: last, before: layers.slice(0, -1) };
  const dense = layers.at(-2);
  if (last?.spec.type === 'activation' && dense && isDense(dense)) {
    const isAlone = last.spec.inputs?.[0] === dense.spec.name;
    if (isAlone && dense.spec.activation === 'linear') {
      const spec = { ...dense.spec, activation: last.spec.activation };
      return { dense: { ...dense, spec }, before: layers.slice(0, -2) };
    }
  }
  throw unsupportedModel(
    `it ends with layer "${last?.spec.name ?? ''}" (${last?.spec.type ?? ''}), not with a dense layer that gives the classes`,
    'end the model with Dense(classes, activation="softmax")',
  );
}

function isDense(layer: ConvertedLayer): layer is Dense {
  return layer.spec.type === 'dense' && layer.outputShape.length === 1;
}

function requireDeclared(
  { name, units, activation }: LayerSpec & DenseBody,
  output?: string,
): void {
  const ends = `its last layer "${name ?? ''}" ends with ${activation}`;
  const fits = units === 1 ? 'sigmoid' : 'softmax';
  if (activation === 'linear') {
    if (output === 'logits') return;
    throw new PipelineError('SPEC_INVALID', `import: ${ends}, which gives no probabilities`, {
      remedy: 'set `output: logits` if softmax of it gives the classes’ probabilities',
    });
  }
  if (activation !== fits) {
    const needed = `end the model with ${fits}, or with no activation`;
    throw unsupportedModel(`${ends}, so its ${units} outputs are no shares of classes`, needed);
  }
  if (output !== 'logits') return;
  throw new PipelineError('SPEC_INVALID', `import: \`output\` says logits, but ${ends}`, {
    remedy: 'remove `output`',
  });
}
