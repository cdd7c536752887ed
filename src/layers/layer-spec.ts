/** What layers and inputs of a network are, as they are stored; every size is explicit. */

/** One layer as it is built. */
export type LayerSpec = LayerBody & {
  /** Unique among layers and inputs. @default `<type>_<n>`, n counting the layers of the type */
  readonly name?: string;
  /** Names of layers before it, or of inputs. @default the layer before, or the first input */
  readonly inputs?: readonly string[];
};

export type LayerType = LayerBody['type'];

type LayerBody =
  | DenseBody
  | Convolution2dBody
  | Convolution1dBody
  | PoolingBody
  | EmbeddingBody
  | RecurrentBody
  | BidirectionalBody
  | AttentionBody
  | PositionsBody
  | { readonly type: 'reshape'; readonly shape: readonly number[] }
  | { readonly type: 'dropout'; readonly rate: number }
  | { readonly type: 'activation'; readonly activation: Activation }
  | NormalizationBody
  | { readonly type: PlainType };

/** Types without a setting. */
type PlainType =
  | 'flatten'
  | 'globalAveragePooling2d'
  | 'globalAveragePooling1d'
  | 'globalMaxPooling1d'
  | 'add'
  | 'multiply'
  | 'concatenate';

export type Activation = 'relu' | 'tanh' | 'sigmoid' | 'elu' | 'gelu' | 'softmax' | 'linear';

/** On the last axis: of `[features]`, or of every step of `[steps, features]`. */
export interface DenseBody {
  readonly type: 'dense';
  readonly units: number;
  readonly activation: Activation;
}

export interface Convolution2dBody {
  readonly type: 'conv2d';
  readonly filters: number;
  readonly kernelSize: number;
  readonly strides: number;
  readonly padding: 'valid' | 'same';
  readonly activation: Activation;
}

export interface Convolution1dBody {
  readonly type: 'conv1d';
  readonly filters: number;
  readonly kernelSize: number;
  readonly strides: number;
  /** causal: a step sees itself and those before it. */
  readonly padding: 'valid' | 'same' | 'causal';
  readonly activation: Activation;
}

/** Windows side by side; the remainder is dropped. */
export interface PoolingBody {
  readonly type: 'maxPooling2d' | 'averagePooling2d' | 'maxPooling1d' | 'averagePooling1d';
  readonly poolSize: number;
}

export interface EmbeddingBody {
  readonly type: 'embedding';
  /** Number of token ids, those of padding and specials included. */
  readonly vocabulary: number;
  readonly units: number;
  /** Token 0 is padding: later layers pass over it. */
  readonly maskZero: boolean;
}

/** What computes one step of a sequence from the step before. */
export type RecurrentCell =
  | {
      readonly type: 'simpleRnn';
      readonly units: number;
      /** Its derivative must be a function of its value. */
      readonly activation: RecurrentActivation;
    }
  | { readonly type: 'lstm' | 'gru'; readonly units: number };

export type RecurrentActivation = 'tanh' | 'relu' | 'sigmoid' | 'linear';

export type RecurrentBody = RecurrentCell & {
  /** Every step's output instead of the last one's. */
  readonly returnSequences: boolean;
  /** Reads from the end; an output stands where its step is, unlike Keras' `go_backwards`. */
  readonly reverse: boolean;
};

export interface BidirectionalBody {
  readonly type: 'bidirectional';
  readonly layer: RecurrentCell & { readonly returnSequences: boolean };
  readonly merge: 'concat' | 'sum';
}

/** Inputs: query and value, or one that is both. Keys are made from the value. */
export interface AttentionBody {
  readonly type: 'multiHeadAttention';
  readonly heads: number;
  /** Of each head, for queries, keys and values. */
  readonly keyUnits: number;
  /** A step of the query sees no later step of the value. */
  readonly causal: boolean;
}

export interface PositionsBody {
  readonly type: 'positionalEncoding';
  readonly kind: 'sinusoidal' | 'learned';
}

export interface NormalizationBody {
  readonly type: 'batchNormalization' | 'layerNormalization';
  /** Added to the variance. @default 1e-3 */
  readonly epsilon?: number;
}

/** One input of a network: a slice of the row. */
export interface InputSpec {
  readonly name: string;
  readonly shape: readonly number[];
  /** Of its first value within the row. */
  readonly offset: number;
  /** Number of token ids; absent where the input is not made of tokens. */
  readonly vocabulary?: number;
}
