/** The architecture of a chain's second member. */
import type { InputSpec, LayerSpec } from '../../layers/layer-spec.ts';
import { inferLayers, inputsOf, productOf } from '../architectures/infer-shapes.ts';
import type { Architecture } from '../model.ts';
import { drawHead } from '../transfer/draw-head.ts';
import { keepLayers } from '../transfer/keep-layers.ts';
import { flattening } from './flattening.ts';

export interface ChainPlan {
  /** Whose layers below the output stay. */
  readonly second: Architecture;
  /** Values that the first passes of a row. */
  readonly passed: number;
  readonly head: { readonly hidden: readonly number[]; readonly dropout: number };
}

/**
 * The second's layers read the row as before; what is passed stands behind the row, and beside their
 * last features under a new head.
 *
 * @throws PipelineError `ARCHITECTURE_INVALID` for sizes beyond the limits.
 */
export function drawChain({ second, passed, head }: ChainPlan): Architecture {
  const inputs = inputsOf(second);
  const width = productOf(second.inputShape);
  const { layers: below, top } = keepBelow(second);
  const used = [...inputs, ...below].map(({ name = '' }) => name);
  const input: InputSpec = { name: freeName('passed', used), shape: [passed], offset: width };
  const features: LayerSpec = {
    ...flattening(top.rank),
    name: freeName('own_features', used),
    inputs: [top.name],
  };
  const joint: LayerSpec = {
    type: 'concatenate',
    name: freeName('with_passed', used),
    inputs: [features.name as string, input.name],
  };
  const taken = [...below, features, joint];
  const { classes, seed } = second;
  const layers = [...taken, ...drawHead({ ...head, rank: 1, classes }, taken)];
  const inputShape = [width + passed];
  return { version: 1, inputShape, inputs: [...inputs, input], classes, layers, seed };
}

/** A network of an output alone has no layer to keep: its features are its input. */
function keepBelow(second: Architecture): ReturnType<typeof keepLayers> {
  const inputs = inputsOf(second);
  const shapes = inferLayers({ inputs, layers: second.layers });
  const [source] = shapes.at(-1)?.sources ?? [];
  if (!source || !('input' in source)) return keepLayers({ base: second });
  const { name, shape } = inputs[source.input] as InputSpec;
  return { layers: [], kept: [], top: { name, rank: shape.length } };
}

function freeName(wanted: string, used: readonly string[]): string {
  let name = wanted;
  for (let count = 2; used.includes(name); count += 1) name = `${wanted}_${count}`;
  return name;
}
