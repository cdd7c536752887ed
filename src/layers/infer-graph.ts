/** Shapes, weights and costs of a network's layers, known before anything is built. */
import { isFault, type Inferred, type WeightSpec } from './layer-rule.ts';
import { LAYER_RULES } from './layer-rules.ts';
import type { InputSpec, LayerSpec, LayerType } from './layer-spec.ts';
import { type LayerFault, productOf, type Shape } from './shape.ts';
import { type Source, type Wire, wireLayers } from './wire-layers.ts';

export interface LayerShape {
  /** Its own, or `<type>_<n>`, n counting the layers of the type from 1. */
  readonly name: string;
  readonly type: LayerType;
  readonly sources: readonly Source[];
  /** Of the first source, without the batch axis. */
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  readonly weights: readonly WeightSpec[];
  /** Values in `weights`, moving statistics included. */
  readonly parameters: number;
  /** Floating-point operations for one row; a multiplication and its addition are two. */
  readonly operations: number;
  /** Values of one row that training keeps: the output, and what the layer needs of its inside. */
  readonly activations: number;
}

export interface Graph {
  readonly inputs: readonly Pick<InputSpec, 'shape' | 'name'>[];
  readonly layers: readonly LayerSpec[];
}

export type InferredGraph =
  | { readonly shapes: readonly LayerShape[] }
  /** `index`: of the layer at fault. */
  | { readonly fault: LayerFault; readonly index: number };

/** 2^27 values are 512 MB, with Adam's state 2 GB: beyond what one process should be asked for. */
export const MAX_PARAMETERS = 2 ** 27;
/** Values of one row's activation. */
export const MAX_ACTIVATION = 2 ** 26;

/** @returns the shapes of all layers, or the first fault. Sizes may be unknown: see `Shape`. */
export function inferGraph({ inputs, layers }: Graph): InferredGraph {
  const wiring = wireLayers(
    layers,
    inputs.map(({ name }) => name),
  );
  if ('fault' in wiring) return wiring;
  const shapes: LayerShape[] = [];
  let total = 0;
  for (const [index, layer] of layers.entries()) {
    const wire = wiring.wires[index] as Wire;
    const from = wire.sources.map((source) =>
      'input' in source
        ? (inputs[source.input] as InputSpec).shape
        : (shapes[source.layer] as LayerShape).outputShape,
    );
    const inferred = inferLayer(layer, wire, from);
    if ('found' in inferred) return { fault: inferred, index };
    total += inferred.parameters;
    if (total > MAX_PARAMETERS) return { fault: tooManyParameters(total), index };
    shapes.push(inferred);
  }
  return { shapes };
}

function inferLayer(
  layer: LayerSpec,
  { name, sources }: Wire,
  inputs: readonly Shape[],
): LayerShape | LayerFault {
  const shape = inputs[0] as Shape;
  const inferred = LAYER_RULES[layer.type].infer({ layer, name, inputs, shape });
  if (isFault(inferred)) return inferred;
  const { shape: outputShape, weights = [], operations, inner = 0 }: Inferred = inferred;
  const values = productOf(outputShape);
  if (values + inner > MAX_ACTIVATION) {
    const found = `makes ${values + inner} values of one row; at most ${MAX_ACTIVATION} are allowed`;
    return { code: 'ARCHITECTURE_INVALID', found };
  }
  return {
    name,
    type: layer.type,
    sources,
    inputShape: shape,
    outputShape,
    weights,
    parameters: weights.reduce((sum, weight) => sum + productOf(weight.shape), 0),
    operations: operations ?? values,
    activations: values + inner,
  };
}

function tooManyParameters(total: number): LayerFault {
  const found = `brings the network to ${total} parameters; at most ${MAX_PARAMETERS} are allowed`;
  return { code: 'ARCHITECTURE_INVALID', found };
}
