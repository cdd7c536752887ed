/** The family that writes a text: a network that reads the source, and one that writes the target. */
import { TARGET_INPUT } from '../../layers/fault-of-writing.ts';
import type { InputSpec, LayerSpec, PositionsBody } from '../../layers/layer-spec.ts';
import type { Activation } from '../model.ts';
import { dropoutLayers } from './draw-architecture.ts';
import { drawBlock, requireEvenHeads } from './draw-sequence-families.ts';

interface SharedOptions {
  /** Source and target, each of tokens. */
  readonly inputs: readonly InputSpec[];
  readonly dropout: number;
  /** Values that stand for a token. */
  readonly embedding: number;
}

export interface RecurrentWriterOptions extends SharedOptions {
  readonly cell: 'lstm' | 'gru';
  /** Of each recurrent layer of either side, at least one; the source is read from both ends. */
  readonly units: readonly number[];
}

/**
 * The source is read from both ends. The first recurrent layer of the target asks, at each place, by
 * attention what of the source matters there (the score "general", scaled); what it gets and what it
 * asked by are joined to one state, which the other layers go on from: so their memory holds what was
 * taken from the source already. States start at zero.
 *
 * @see Luong et al. 2015, arXiv:1508.04025, eq. 5 and 8; Wu et al. 2016, arXiv:1609.08144, for more layers
 */
export function drawRecurrentWriter(options: RecurrentWriterOptions): LayerSpec[] {
  const { cell, units, dropout } = options;
  const [asking = 0, ...others] = units;
  const reading = units.flatMap((count): LayerSpec[] => [
    {
      type: 'bidirectional',
      layer: { type: cell, units: count, returnSequences: true },
      merge: 'concat',
    },
    ...dropoutLayers(dropout),
  ]);
  const writer = (count: number): LayerSpec[] => [
    { type: cell, units: count, returnSequences: true, reverse: false },
    ...dropoutLayers(dropout),
  ];
  const attention = {
    type: 'multiHeadAttention',
    heads: 1,
    keyUnits: asking,
    causal: false,
  } as const;
  return [
    ...embed(options, 'source'),
    ...nameLast(reading, 'read'),
    ...embed(options, TARGET_INPUT),
    ...nameLast(writer(asking), 'asked'),
    { ...attention, inputs: ['asked', 'read'], name: 'found' },
    { type: 'concatenate', inputs: ['asked', 'found'] },
    { type: 'dense', units: asking, activation: 'tanh' },
    ...dropoutLayers(dropout),
    ...others.flatMap(writer),
  ];
}

export interface TransformerWriterOptions extends SharedOptions {
  readonly blocks: number;
  /** The embedding's size is a multiple of it. */
  readonly heads: number;
  /** Units of the inner layer of each block. */
  readonly feedForward: number;
  readonly positions: PositionsBody['kind'];
  readonly activation: Activation;
}

/**
 * Blocks of attention and dense layers on either side, each on normalised values and added to what
 * came in; those of the target look back alone, and at the whole source.
 *
 * @throws PipelineError `ARCHITECTURE_INVALID` if the heads do not share the embedding evenly.
 * @see Vaswani et al. 2017, arXiv:1706.03762; normalised first: Xiong et al. 2020, arXiv:2002.04745
 */
export function drawTransformerWriter(options: TransformerWriterOptions): LayerSpec[] {
  requireEvenHeads(options);
  const { blocks, positions, dropout } = options;
  const side = (input: string, causal: boolean): LayerSpec[] => {
    const start: LayerSpec[] = [
      ...embed(options, input),
      { type: 'positionalEncoding', kind: positions },
      ...dropoutLayers(dropout),
    ];
    const all = nameLast(start, `${input}_0`);
    for (let block = 1; block <= blocks; block += 1) {
      const read = causal ? ['read'] : [];
      all.push(
        ...drawBlock(options, {
          before: `${input}_${block - 1}`,
          name: `${input}_${block}`,
          causal,
          read,
        }),
      );
    }
    return [...all, { type: 'layerNormalization' }];
  };
  return [...nameLast(side('source', false), 'read'), ...side(TARGET_INPUT, true)];
}

function embed({ inputs, embedding }: SharedOptions, name: string): LayerSpec[] {
  const vocabulary = inputs.find((input) => input.name === name)?.vocabulary ?? Number.NaN;
  return [{ type: 'embedding', vocabulary, units: embedding, maskZero: true, inputs: [name] }];
}

const nameLast = (layers: readonly LayerSpec[], name: string): LayerSpec[] =>
  layers.map((layer, index) => (index === layers.length - 1 ? { ...layer, name } : layer));
