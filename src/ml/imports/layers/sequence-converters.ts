/** Embedding, recurrent layers and attention. */
import { isJsonObject } from '../../../json.ts';
import type { BidirectionalBody, RecurrentCell } from '../../../layers/layer-spec.ts';
import { brokenModel } from '../import-fault.ts';
import type { Conversion, Converter } from './conversion.ts';
import type { LayerSettings } from './layer-settings.ts';

export const convertEmbedding: Converter = ({ settings }) => ({
  body: {
    type: 'embedding',
    vocabulary: settings.size('input_dim'),
    units: settings.size('output_dim'),
    maskZero: settings.flag('mask_zero', false),
  },
});

type CellType = RecurrentCell['type'];

const CELL_OF_CLASS: Readonly<Record<string, CellType>> = {
  SimpleRNN: 'simpleRnn',
  LSTM: 'lstm',
  GRU: 'gru',
};
/** Of a cell: kernel, recurrent kernel, bias. */
const BIAS_OF_CELL = 2;
const WEIGHTS_OF_CELL = 3;

export const recurrent =
  (className: string): Converter =>
  ({ settings }) => {
    const cell = readCell(settings, CELL_OF_CLASS[className] as CellType);
    // Within a bidirectional layer it is always set, and ours does so there.
    settings.only('zero_output_for_mask', false);
    const reverse = settings.flag('go_backwards', false);
    if (reverse && cell.returnSequences) {
      // Keras gives the steps in the order in which it read them, ours where they stand.
      throw settings.refuse('go_backwards', 'false, or true with return_sequences false');
    }
    return { body: { ...cell, reverse }, absent: withoutBias(settings, 1) };
  };

function readCell(
  settings: LayerSettings,
  type: CellType,
): RecurrentCell & { readonly returnSequences: boolean } {
  settings.only('stateful', false);
  settings.only('return_state', false);
  settings.only('time_major', false);
  const units = settings.size('units');
  const returnSequences = settings.flag('return_sequences', false);
  if (type === 'simpleRnn') {
    return { type, units, returnSequences, activation: settings.recurrentActivation() };
  }
  settings.only('activation', 'tanh');
  settings.only('recurrent_activation', 'sigmoid');
  if (type === 'gru' && !settings.flag('reset_after', false)) {
    throw settings.refuse('reset_after', 'true');
  }
  return { type, units, returnSequences };
}

function withoutBias(settings: LayerSettings, cells: number): NonNullable<Conversion['absent']> {
  if (settings.flag('use_bias', true)) return {};
  const places = Array.from({ length: cells }, (_, at) => at * WEIGHTS_OF_CELL + BIAS_OF_CELL);
  return Object.fromEntries(places.map((place) => [place, 0]));
}

export const convertBidirectional: Converter = ({ settings }) => {
  const forward = innerOf(settings, 'layer');
  if (settings.get('backward_layer') != null) {
    const [own, other] = [forward, innerOf(settings, 'backward_layer')].map(({ type, inner }) =>
      JSON.stringify([readCell(inner, type), inner.flag('use_bias', true)]),
    );
    if (own !== other) throw settings.refuse('backward_layer', 'one that is as the forward layer');
  }
  settings.only('merge_mode', 'concat', 'sum');
  if (forward.inner.flag('go_backwards', false))
    throw settings.refuse('layer', 'one that reads on');
  const body: BidirectionalBody = {
    type: 'bidirectional',
    layer: readCell(forward.inner, forward.type),
    merge: settings.get('merge_mode') === 'sum' ? 'sum' : 'concat',
  };
  return { body, absent: withoutBias(forward.inner, 2) };
};

function innerOf(settings: LayerSettings, key: string) {
  const value = settings.get(key);
  if (!isJsonObject(value) || !isJsonObject(value['config'])) {
    throw brokenModel(`${settings.label} has no ${key}`);
  }
  const className = String(value['class_name']);
  const type = Object.hasOwn(CELL_OF_CLASS, className) ? CELL_OF_CLASS[className] : undefined;
  if (type) return { type, inner: settings.inner(value['config'], className) };
  throw settings.refuse(key, Object.keys(CELL_OF_CLASS).join(', '));
}

/** Biases of query, key, value and output. */
const NO_BIASES = { 1: 0, 3: 0, 5: 0, 7: 0 } as const;

export const convertAttention: Converter = ({ layer, settings }) => {
  const keyUnits = settings.size('key_dim');
  settings.only('value_dim', keyUnits, null);
  settings.only('output_shape', null);
  settings.only('attention_axes', 1, [1], null);
  settings.only('use_gate', false);
  settings.only('sliding_window', null);
  const { query = layer.reads[0], value = layer.reads[1], key = layer.reads[2] } = layer.named;
  if (query === undefined || value === undefined)
    throw brokenModel(`${settings.label} reads nothing`);
  if (key !== undefined && key !== value) throw settings.refuse('key', 'a key that is the value');
  return {
    body: {
      type: 'multiHeadAttention',
      heads: settings.size('num_heads'),
      keyUnits,
      causal: layer.call['use_causal_mask'] === true,
    },
    reads: query === value ? [query] : [query, value],
    absent: settings.flag('use_bias', true) ? {} : NO_BIASES,
  };
};
