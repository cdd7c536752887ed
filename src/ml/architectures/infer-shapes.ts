/** Shapes, weights and parameter counts of an architecture, known before anything is built. */
import { PipelineError } from '../../errors.ts';
import { type Graph, inferGraph, type LayerShape } from '../../layers/infer-graph.ts';
import type { InputSpec, LayerSpec } from '../../layers/layer-spec.ts';
import { faultOfSizes, productOf } from '../../layers/shape.ts';
import type { Architecture } from '../model.ts';

export { productOf };
export type { LayerShape };

export const MAX_LAYERS = 1000;

/**
 * The shapes of layers that read one input, named `input`.
 *
 * @param inputShape  without the batch axis, such as `[features]` or `[height, width, channels]`.
 * @throws PipelineError as `inferLayers`.
 */
export function inferShapes(
  inputShape: readonly number[],
  layers: readonly LayerSpec[],
): readonly LayerShape[] {
  return inferLayers({ inputs: [{ name: 'input', shape: inputShape }], layers });
}

/** The inputs of an architecture: where none are listed, one named `input` that is the whole row. */
export function inputsOf({
  inputShape,
  inputs,
}: Pick<Architecture, 'inputShape' | 'inputs'>): readonly InputSpec[] {
  return inputs ?? [{ name: 'input', shape: inputShape, offset: 0 }];
}

/**
 * @throws PipelineError `ARCHITECTURE_INVALID` for a size that is no positive integer or beyond
 * the limits, or a name that is unknown or defined twice; `SHAPE_MISMATCH` where a layer cannot
 * take what comes to it. Both name the layer by its index, from 0.
 */
export function inferLayers({ inputs, layers }: Graph): readonly LayerShape[] {
  if (layers.length > MAX_LAYERS) {
    throw new PipelineError(
      'ARCHITECTURE_INVALID',
      `The architecture has ${layers.length} layers; at most ${MAX_LAYERS} are allowed`,
    );
  }
  for (const { name, shape } of inputs) {
    const sizes = shape.map((size, axis) => [`size on axis ${axis}`, size] as const);
    const fault = faultOfSizes(Object.fromEntries(sizes));
    if (fault)
      throw new PipelineError('ARCHITECTURE_INVALID', `The input "${name}" ${fault.found}`);
  }
  const inferred = inferGraph({ inputs, layers });
  if ('shapes' in inferred) return inferred.shapes;
  const { fault, index } = inferred;
  const { type, name } = layers[index] as LayerSpec;
  const label =
    name === undefined ? `Layer ${index} (${type})` : `Layer ${index} "${name}" (${type})`;
  throw new PipelineError(fault.code, `${label} ${fault.found}`, { remedy: fault.remedy });
}
