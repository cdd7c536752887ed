/** Where Keras and we would treat padding otherwise, a network is refused. */
import type { LayerSpec } from '../../layers/layer-spec.ts';
import type { ForeignLayer } from './foreign-graph.ts';
import { unsupportedModel } from './import-fault.ts';

/**
 * - `none`: no step is padding.
 * - `masked`: some are; what stands at them is the same in both.
 * - `attended`: some are, and attention has put other values there than Keras', which later layers
 *   pass over.
 */
export type MaskState = 'none' | 'masked' | 'attended';

/** Layers that keep steps apart and hand the mask on. */
const PASSING: readonly string[] = [
  'dense',
  'dropout',
  'activation',
  'batchNormalization',
  'layerNormalization',
  'add',
  'multiply',
  'concatenate',
];
/** Layers that pass over padding. */
const HEEDING: readonly string[] = ['lstm', 'gru', 'simpleRnn', 'bidirectional'];

/** @throws PipelineError `MODEL_UNSUPPORTED` where padding would count otherwise than in Keras. */
export function maskStateAfter(
  spec: LayerSpec,
  { name, className }: ForeignLayer,
  before: readonly MaskState[],
): MaskState {
  const { type } = spec;
  if (type === 'embedding') return spec.maskZero ? 'masked' : 'none';
  const state = strongest(before);
  if (state === 'none') return 'none';
  if (PASSING.includes(type)) return state;
  if (type === 'multiHeadAttention') return 'attended';
  if (HEEDING.includes(type)) {
    const cell = spec.type === 'bidirectional' ? spec.layer : spec;
    return 'returnSequences' in cell && cell.returnSequences ? 'masked' : 'none';
  }
  if (type === 'globalAveragePooling1d') return 'none';
  // Keras takes the largest over padding too; after attention, padding holds other values.
  if (type !== 'globalMaxPooling1d' && state === 'masked') return 'none';
  throw unsupportedModel(
    `layer "${name}" (${className}) counts padding in, which here is passed over`,
    'use a recurrent layer or GlobalAveragePooling1D in its place, or mask_zero=False',
  );
}

const strongest = (states: readonly MaskState[]): MaskState =>
  (['attended', 'masked'] as const).find((state) => states.includes(state)) ?? 'none';
