/** What each type of layer has to say of itself before anything is built. */
import type { Json, JsonObject } from '../json.ts';
import type { LayerSpec } from './layer-spec.ts';
import type { LayerFault, Shape } from './shape.ts';

/** One weight tensor of a layer, and how it starts. */
export interface WeightSpec {
  /** Such as `conv2d_1/kernel`. */
  readonly name: string;
  readonly shape: readonly number[];
  /** Moving statistics are weights that no gradient changes. */
  readonly trainable: boolean;
  readonly initial:
    | { readonly type: 'glorotUniform' | 'uniform'; readonly limit: number }
    /** forgetBias: 1 for the second of four gates. orthogonal: rows of length 1 at right angles. */
    | { readonly type: 'zeros' | 'ones' | 'orthogonal' | 'forgetBias' };
}

/** A layer in its place in the network. */
export interface Placed<Layer> {
  readonly layer: Layer;
  readonly name: string;
  /** Of what it reads, at least one. */
  readonly inputs: readonly Shape[];
  /** The first of them. */
  readonly shape: Shape;
}

export interface Inferred {
  readonly shape: Shape;
  /** In Keras' order. @default none */
  readonly weights?: readonly WeightSpec[];
  /** Floating-point operations for one row. @default one for each value of the output */
  readonly operations?: number;
  /** Values of one row that training keeps besides the output. @default 0 */
  readonly inner?: number;
}

/** Whether a value may stand for a key. */
export type KeyCheck = (value: Json | undefined) => boolean;

export interface LayerRule<Layer = LayerSpec> {
  /** Every key of the stored layer but `type`, `name` and `inputs`; all of them are needed. */
  readonly keys: Readonly<Record<string, KeyCheck>>;
  /** Keys that a stored layer may lack. @default none */
  readonly optional?: Readonly<Record<string, KeyCheck>>;
  /** What the author of a pipeline may leave out. */
  readonly defaults: JsonObject;
  /** How many inputs. @default exactly one */
  readonly arity?: { readonly least: number; readonly most: number };
  infer(placed: Placed<Layer>): Inferred | LayerFault;
}

export const isFault = (result: Inferred | LayerFault): result is LayerFault => 'found' in result;

export const isNumber: KeyCheck = (value) => typeof value === 'number';
export const isFlag: KeyCheck = (value) => typeof value === 'boolean';
export const oneOf =
  (...words: readonly string[]): KeyCheck =>
  (value) =>
    typeof value === 'string' && words.includes(value);
export const isActivation = oneOf('relu', 'tanh', 'sigmoid', 'elu', 'gelu', 'softmax', 'linear');

interface KernelSpec {
  readonly name: string;
  readonly kernel: readonly number[];
  readonly fanIn: number;
  readonly fanOut: number;
  /** @default the kernel's last axis */
  readonly bias?: readonly number[];
}

/** @see Glorot and Bengio 2010, "Understanding the difficulty of training deep feedforward neural networks", eq. 16 */
export function kernelAndBias({ name, kernel, fanIn, fanOut, bias }: KernelSpec): WeightSpec[] {
  const limit = Math.sqrt(6 / (fanIn + fanOut));
  return [
    {
      name: `${name}/kernel`,
      shape: kernel,
      trainable: true,
      initial: { type: 'glorotUniform', limit },
    },
    {
      name: `${name}/bias`,
      shape: bias ?? kernel.slice(-1),
      trainable: true,
      initial: { type: 'zeros' },
    },
  ];
}
