/** Families of networks to explicit layers: those for text and sequences. */
import type {
  InputSpec,
  LayerSpec,
  PositionsBody,
  RecurrentCell,
} from '../../layers/layer-spec.ts';
import { PipelineError } from '../../errors.ts';
import type { Activation } from '../model.ts';
import { denseLayers, dropoutLayers } from './draw-architecture.ts';

export interface SequenceOptions {
  /** Of tokens, `[length]` with a vocabulary, or of numbers, `[steps, features]`. */
  readonly input: Pick<InputSpec, 'shape' | 'vocabulary'>;
  readonly activation: Activation;
  /** 0 for none. */
  readonly dropout: number;
  /** Values that stand for a token. */
  readonly embedding: number;
}

export interface RnnOptions extends SequenceOptions {
  readonly cell: 'simple' | 'lstm' | 'gru';
  readonly bidirectional: boolean;
  /** Of each recurrent layer, at least one. */
  readonly units: readonly number[];
  /** Units of the layers between the last state and the output. */
  readonly dense: readonly number[];
}

/** Recurrent layers on top of each other; the last one's last state goes on. */
export function drawRnn(options: RnnOptions): LayerSpec[] {
  const { units, dropout, dense } = options;
  const recurrent = units.flatMap((count, index): LayerSpec[] => [
    drawRecurrent(options, count, index < units.length - 1),
    ...dropoutLayers(dropout),
  ]);
  return [...embed(options), ...recurrent, ...denseLayers(dense, options)];
}

function drawRecurrent(
  { cell, bidirectional }: RnnOptions,
  units: number,
  returnSequences: boolean,
): LayerSpec {
  const inner: RecurrentCell =
    cell === 'simple' ? { type: 'simpleRnn', units, activation: 'tanh' } : { type: cell, units };
  if (!bidirectional) return { ...inner, returnSequences, reverse: false };
  return { type: 'bidirectional', layer: { ...inner, returnSequences }, merge: 'concat' };
}

export interface TransformerOptions extends SequenceOptions {
  readonly blocks: number;
  /** The embedding's size is a multiple of it. */
  readonly heads: number;
  /** Units of the inner layer of each block. */
  readonly feedForward: number;
  readonly positions: PositionsBody['kind'];
}

/**
 * An encoder: positions, blocks of attention and of two dense layers, each on normalised values
 * and added to what came in, then the mean over the steps.
 *
 * @throws PipelineError `ARCHITECTURE_INVALID` if the heads do not share the embedding evenly.
 * @see Vaswani et al. 2017, arXiv:1706.03762; normalised first: Xiong et al. 2020, arXiv:2002.04745
 */
export function drawTransformer(options: TransformerOptions): LayerSpec[] {
  requireEvenHeads(options);
  const { embedding, blocks, positions, dropout, input } = options;
  const numbers: LayerSpec = { type: 'dense', units: embedding, activation: 'linear' };
  const layers: LayerSpec[] = [
    ...(input.vocabulary === undefined ? [numbers] : embed(options)),
    { type: 'positionalEncoding', kind: positions },
    ...dropoutLayers(dropout),
  ];
  layers.push({ ...(layers.pop() as LayerSpec), name: 'embedded' });
  for (let block = 1; block <= blocks; block += 1) {
    const before = block === 1 ? 'embedded' : `block${block - 1}`;
    layers.push(...drawBlock(options, { before, name: `block${block}`, causal: false, read: [] }));
  }
  return [...layers, { type: 'layerNormalization' }, { type: 'globalAveragePooling1d' }];
}

/** @throws PipelineError `ARCHITECTURE_INVALID` */
export function requireEvenHeads({
  embedding,
  heads,
}: Pick<TransformerOptions, 'embedding' | 'heads'>): void {
  if (embedding % heads === 0) return;
  throw new PipelineError(
    'ARCHITECTURE_INVALID',
    `${heads} heads cannot share an embedding of ${embedding} values evenly`,
    { remedy: 'make `embedding` a multiple of `heads`' },
  );
}

type BlockOptions = Pick<
  TransformerOptions,
  'embedding' | 'heads' | 'feedForward' | 'activation' | 'dropout'
>;

interface BlockPlace {
  /** The layer that it reads. */
  readonly before: string;
  /** The one that it is read as. */
  readonly name: string;
  readonly causal: boolean;
  /** Layers that it looks at besides, each by an attention of its own. */
  readonly read: readonly string[];
}

export function drawBlock(
  options: BlockOptions,
  { before, name: block, causal, read }: BlockPlace,
): LayerSpec[] {
  const { embedding, feedForward, activation, dropout } = options;
  const part = (name: string): string => `${block}_${name}`;
  const dense: LayerSpec[] = [
    { type: 'dense', units: feedForward, activation },
    { type: 'dense', units: embedding, activation: 'linear' },
    ...dropoutLayers(dropout),
  ];
  const attended = read.length === 0 ? part('attended') : part('read');
  return [
    ...drawAttention(options, {
      from: before,
      name: part('attention'),
      to: part('attended'),
      causal,
    }),
    ...read.flatMap((value) =>
      drawAttention(options, {
        from: part('attended'),
        name: part('reading'),
        to: part('read'),
        causal: false,
        value,
      }),
    ),
    { type: 'layerNormalization' },
    ...nameLast(dense, part('dense')),
    { type: 'add', inputs: [attended, part('dense')], name: block },
  ];
}

interface AttentionPlace {
  readonly from: string;
  readonly name: string;
  /** The sum of what it reads and what it finds. */
  readonly to: string;
  readonly causal: boolean;
  /** What it looks at. @default what it reads */
  readonly value?: string;
}

function drawAttention(
  { embedding, heads, dropout }: BlockOptions,
  { from, name, to, causal, value }: AttentionPlace,
): LayerSpec[] {
  const attention: LayerSpec = {
    type: 'multiHeadAttention',
    heads,
    keyUnits: embedding / heads,
    causal,
  };
  const query = `${name}_query`;
  const layers: LayerSpec[] = [
    value === undefined ? attention : { ...attention, inputs: [query, value] },
    ...dropoutLayers(dropout),
  ];
  return [
    { type: 'layerNormalization', inputs: [from], ...(value !== undefined && { name: query }) },
    ...nameLast(layers, name),
    { type: 'add', inputs: [from, name], name: to },
  ];
}

const nameLast = (layers: readonly LayerSpec[], name: string): LayerSpec[] =>
  layers.map((layer, index) => (index === layers.length - 1 ? { ...layer, name } : layer));

function embed({ input, embedding }: SequenceOptions): LayerSpec[] {
  const { vocabulary } = input;
  if (vocabulary === undefined) return [];
  return [{ type: 'embedding', vocabulary, units: embedding, maskZero: true }];
}
