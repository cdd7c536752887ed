/** One form of an operation: what it takes, what it gives, and how. Checking and evaluation share it. */
import type { Json } from '../../json.ts';
import type { CelKind, CelType } from './cel-type.ts';
import type { Meter } from './meter.ts';
import { kindOf } from './values.ts';

/** `int` is a whole number; `any` is anything but an artifact. */
export type Wanted = 'any' | 'bool' | 'int' | 'number' | 'string' | 'list' | 'map';

export interface Context {
  readonly meter: Meter;
  /** The result is a `double` for certain, so it may be a whole number beyond 2^53. */
  readonly isDouble: boolean;
}

/** Why the form does not go with these types although their kinds are right. */
export interface Refusal {
  readonly refused: string;
  readonly remedy?: string;
}

export interface Overload {
  readonly takes: readonly Wanted[];
  readonly gives: CelType | ((...types: readonly CelType[]) => CelType | Refusal);
  /** Gets values of the kinds in `takes`; throws CelFault where they have no answer. */
  readonly run: (args: readonly Json[], context: Context) => Json;
}

export interface Operation {
  readonly styles: readonly ('operator' | 'function' | 'method')[];
  readonly overloads: readonly Overload[];
}

const KINDS: Readonly<Record<Wanted, readonly CelKind[]>> = {
  any: ['dyn', 'null', 'bool', 'int', 'double', 'string', 'list', 'map', 'record'],
  bool: ['dyn', 'bool'],
  int: ['dyn', 'int'],
  number: ['dyn', 'int', 'double'],
  string: ['dyn', 'string'],
  list: ['dyn', 'list'],
  map: ['dyn', 'map', 'record'],
};

/** @param types  no unions */
export const takesTypes = ({ takes }: Overload, types: readonly CelType[]): boolean =>
  takes.length === types.length &&
  takes.every((wanted, i) => KINDS[wanted].includes(types[i]?.kind ?? 'union'));

export const takesValues = ({ takes }: Overload, values: readonly Json[]): boolean =>
  takes.length === values.length &&
  takes.every((wanted, i) => isValueOf(wanted, values[i] ?? null));

function isValueOf(wanted: Wanted, value: Json): boolean {
  if (wanted === 'any') return true;
  return wanted === 'int' ? Number.isInteger(value) : kindOf(value) === wanted;
}
