/** Reads the few fields that matter out of protocol buffers, without their whole schemas. */
import protobuf from 'protobufjs';
import { brokenModel } from '../import-fault.ts';

export interface Field {
  readonly number: number;
  /** Of a message, a text or bytes; empty for a number. */
  readonly bytes: Uint8Array;
  /** Of a number, as far as it is exact. */
  readonly value: number;
}

const VARINT = 0;
const DELIMITED = 2;

/** @throws PipelineError `MODEL_INVALID` where the bytes are no message. */
export function fieldsOf(message: Uint8Array): readonly Field[] {
  const fields: Field[] = [];
  try {
    const reader = protobuf.Reader.create(message);
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      const number = tag >>> 3;
      const type = tag & 7;
      if (type === DELIMITED) fields.push({ number, bytes: reader.bytes(), value: 0 });
      else if (type === VARINT) {
        fields.push({ number, bytes: new Uint8Array(), value: Number(reader.uint64()) });
      } else reader.skipType(type);
    }
  } catch (cause) {
    throw brokenModel('it is no sound protocol buffer', cause);
  }
  return fields;
}

/** The contents of all fields with a number. */
export const messagesAt = (message: Uint8Array, number: number): readonly Uint8Array[] =>
  fieldsOf(message).flatMap((field) => (field.number === number ? [field.bytes] : []));

export function textAt(message: Uint8Array, number: number): string {
  const bytes = messagesAt(message, number).at(-1);
  return bytes ? new TextDecoder().decode(bytes) : '';
}
