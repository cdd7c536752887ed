/** A graph of TensorFlow operations as the one file of a SavedModel, `saved_model.pb`. */

/** Kinds of attributes, numbered as TensorFlow's C API has them, but for `constant`. */
export const ATTRIBUTE = {
  text: 0,
  integer: 1,
  float: 2,
  boolean: 3,
  type: 4,
  shape: 5,
  constant: 6,
} as const;

export interface ConstantValue {
  /** Of TensorFlow's DataType. */
  readonly dtype: number;
  readonly shape: readonly number[];
  /** Little-endian, row-major. */
  readonly bytes: Uint8Array;
}

type Plain = string | number | boolean;

export interface GraphAttribute {
  readonly name: string;
  /** Of `ATTRIBUTE`. */
  readonly type: number;
  readonly value: Plain | readonly Plain[] | ConstantValue;
}

export interface GraphNode {
  readonly name: string;
  readonly operation: string;
  /** `name` or `name:output`. */
  readonly inputs: readonly string[];
  readonly attributes: readonly GraphAttribute[];
}

/** What TensorFlow 2.21 writes; it reads graphs of far older producers. */
const PRODUCER = 1882;
export const SERVING_TAG = 'serve';

/** @see https://github.com/tensorflow/tensorflow/blob/v2.21.0/tensorflow/core/protobuf/saved_model.proto */
export function encodeSavedModel(nodes: readonly GraphNode[]): Uint8Array {
  const graph = [...nodes.map(encodeNode), message(4, integer(1, PRODUCER))];
  const information = message(1, text(4, SERVING_TAG), text(5, '2.21.0'));
  return Buffer.concat([integer(1, 1), message(2, information, message(2, ...graph))]);
}

function encodeNode({ name, operation, inputs, attributes }: GraphNode): Buffer {
  return message(
    1,
    ...[text(1, name), text(2, operation)],
    ...inputs.map((input) => text(3, input)),
    ...attributes.map((attribute) =>
      message(5, text(1, attribute.name), message(2, encodeAttribute(attribute))),
    ),
  );
}

function encodeAttribute({ name, type, value }: GraphAttribute): Buffer {
  if (type === ATTRIBUTE.constant) return encodeConstant(value as ConstantValue);
  if (type === ATTRIBUTE.shape) return message(7, encodeShape(value as readonly number[]));
  const encode = FIELD_OF_TYPE[type];
  if (!encode) throw new Error(`attribute ${name} is of the unknown type ${type}`);
  if (!Array.isArray(value)) return encode(value as Plain);
  return message(1, ...(value as readonly Plain[]).map(encode));
}

/** The fields of AttrValue, which its lists have under the same numbers. */
const FIELD_OF_TYPE: Readonly<Record<number, (value: Plain) => Buffer>> = {
  [ATTRIBUTE.text]: (value) => text(2, value as string),
  [ATTRIBUTE.integer]: (value) => integer(3, value as number),
  [ATTRIBUTE.float]: (value) => float(4, value as number),
  [ATTRIBUTE.boolean]: (value) => integer(5, value ? 1 : 0),
  [ATTRIBUTE.type]: (value) => integer(6, value as number),
};

const encodeConstant = ({ dtype, shape, bytes }: ConstantValue): Buffer =>
  message(8, integer(1, dtype), message(2, encodeShape(shape)), message(4, bytes));

const encodeShape = (shape: readonly number[]): Buffer =>
  Buffer.concat(shape.map((size) => message(2, integer(1, size))));

const VARINT = 0;
const BYTES = 2;
const FIXED32 = 5;

const key = (field: number, wireType: number): Buffer => varint(BigInt(field * 8 + wireType));

/** Written also where it is 0: an attribute without a field has no value. Below 0 as int64. */
const integer = (field: number, value: number): Buffer =>
  Buffer.concat([key(field, VARINT), varint(BigInt.asUintN(64, BigInt(value)))]);

function float(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([key(field, FIXED32), bytes]);
}

const text = (field: number, value: string): Buffer => message(field, Buffer.from(value, 'utf8'));

function message(field: number, ...parts: readonly Uint8Array[]): Buffer {
  const bytes = Buffer.concat(parts);
  return Buffer.concat([key(field, BYTES), varint(BigInt(bytes.length)), bytes]);
}

/** Seven bits a byte, the lowest first. */
function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) + 0x80);
    rest >>= 7n;
  }
  return Buffer.from([...bytes, Number(rest)]);
}
