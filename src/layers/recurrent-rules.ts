import { isJsonObject } from '../json.ts';
import {
  type Inferred,
  isFlag,
  isNumber,
  type KeyCheck,
  type LayerRule,
  oneOf,
  type WeightSpec,
} from './layer-rule.ts';
import type { BidirectionalBody, RecurrentBody, RecurrentCell } from './layer-spec.ts';
import { faultOfRank, faultOfSizes, type LayerFault, type Shape } from './shape.ts';

const GATES = { simpleRnn: 1, gru: 3, lstm: 4 } as const;
/** Tensors of a step that training keeps: states and gates. */
const KEPT = { simpleRnn: 1, gru: 5, lstm: 7 } as const;

const SEQUENCE_KEYS = { units: isNumber, returnSequences: isFlag } as const;
const CELL_KEYS = {
  simpleRnn: { ...SEQUENCE_KEYS, activation: oneOf('tanh', 'relu', 'sigmoid', 'linear') },
  lstm: SEQUENCE_KEYS,
  gru: SEQUENCE_KEYS,
} as const;
export const CELL_DEFAULTS = {
  simpleRnn: { returnSequences: false, activation: 'tanh' },
  lstm: { returnSequences: false },
  gru: { returnSequences: false },
} as const;

const recurrentRule = (type: RecurrentCell['type']): LayerRule<RecurrentBody> => ({
  keys: { ...CELL_KEYS[type], reverse: isFlag },
  defaults: { ...CELL_DEFAULTS[type], reverse: false },
  infer: ({ layer, name, shape }) => inferCell(layer, name, shape),
});

export const simpleRnnRule = recurrentRule('simpleRnn');
export const lstmRule = recurrentRule('lstm');
export const gruRule = recurrentRule('gru');

/** The forward layer's weights, then the backward one's. */
export const bidirectionalRule: LayerRule<BidirectionalBody> = {
  keys: { layer: isCell, merge: oneOf('concat', 'sum') },
  defaults: { merge: 'concat' },
  infer({ layer: { layer, merge }, name, shape }) {
    const forward = inferCell(layer, `${name}/forward`, shape);
    const backward = inferCell(layer, `${name}/backward`, shape);
    if ('found' in forward) return forward;
    if ('found' in backward) return backward;
    const units = merge === 'concat' ? 2 * layer.units : layer.units;
    return {
      shape: [...forward.shape.slice(0, -1), units],
      weights: [...forward.weights, ...backward.weights],
      operations: 2 * forward.operations,
      inner: 2 * forward.inner,
    };
  },
};

function isCell(value: Parameters<KeyCheck>[0]): boolean {
  if (!isJsonObject(value)) return false;
  const { type, ...rest } = value;
  if (type !== 'simpleRnn' && type !== 'lstm' && type !== 'gru') return false;
  const keys: Readonly<Record<string, KeyCheck>> = CELL_KEYS[type];
  return (
    Object.keys(rest).every((key) => Object.hasOwn(keys, key)) &&
    Object.entries(keys).every(([key, check]) => check(rest[key]))
  );
}

type InferredCell = Required<Inferred>;

/** Keras' layouts: gates side by side; a GRU with `reset_after` has two rows of biases. */
function inferCell(
  cell: RecurrentCell & { readonly returnSequences: boolean },
  name: string,
  shape: Shape,
): InferredCell | LayerFault {
  const { type, units, returnSequences } = cell;
  const fault = faultOfSizes({ units }) ?? faultOfRank(shape, 2);
  if (fault) return fault;
  const [steps, features] = shape as [number, number];
  const wide = GATES[type] * units;
  const weight = (
    part: string,
    size: readonly number[],
    initial: WeightSpec['initial'],
  ): WeightSpec => ({ name: `${name}/${part}`, shape: size, trainable: true, initial });
  const limit = Math.sqrt(6 / (features + wide));
  return {
    shape: returnSequences ? [steps, units] : [units],
    weights: [
      weight('kernel', [features, wide], { type: 'glorotUniform', limit }),
      weight('recurrentKernel', [units, wide], { type: 'orthogonal' }),
      weight('bias', type === 'gru' ? [2, wide] : [wide], {
        type: type === 'lstm' ? 'forgetBias' : 'zeros',
      }),
    ],
    operations: 2 * steps * wide * (features + units),
    inner: steps * units * KEPT[type],
  };
}
