/** Takes values of a type out of JSON; a value of another type counts as not given. */
import { isJsonObject, type Json, type JsonObject } from '../json.ts';

export const mapOf = (value: Json | undefined): JsonObject => (isJsonObject(value) ? value : {});
export const textOf = (value: Json | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;
export const numberOf = (value: Json | undefined): number | undefined =>
  typeof value === 'number' ? value : undefined;
export const textsOf = (value: Json | undefined): readonly string[] =>
  Array.isArray(value) ? (value as readonly Json[]).filter((item) => typeof item === 'string') : [];

/** The value where it is one of those. */
export const oneOf = <T extends string>(
  allowed: readonly T[],
  value: Json | undefined,
): T | undefined => allowed.find((one) => one === value);

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Leaves out keys without a value, as `exactOptionalPropertyTypes` wants. */
export function defined<T extends object>(value: T): Partial<Defined<T>> {
  return Object.fromEntries(
    Object.entries(value).filter(([, item]) => item !== undefined),
  ) as Partial<Defined<T>>;
}
