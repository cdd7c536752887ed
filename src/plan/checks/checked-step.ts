/** A step as the checks across its keys and across steps see it. */
import type { Json, JsonObject } from '../../json.ts';
import type { Fault, Path } from '../../spec/spec.ts';
import type { Template } from '../plan.ts';

export interface CheckedStep {
  readonly id: string;
  /** Where it stands in the file. */
  readonly at: Path;
  readonly kind: string;
  /** `with` as written, parameters put in. */
  readonly given: JsonObject;
  /** The same with the schema's defaults. */
  readonly value: JsonObject;
  /** By JSON pointer inside `value`: what is known only when the run is there. */
  readonly holes: ReadonlyMap<string, Template>;
  /** It met the schema, but for holes. */
  readonly isSound: boolean;
}

/** Paths of the faults start inside `with`. */
export type StepCheck = (
  step: CheckedStep,
  stepOf: (id: string) => CheckedStep | undefined,
) => readonly Fault[];

/** @returns the value, or `undefined` where it, or anything in it, is known only later. */
export function literal(step: CheckedStep, ...path: readonly string[]): Json | undefined {
  const pointer = path.map((key) => `/${key}`).join('');
  for (const hole of step.holes.keys()) {
    if (hole === pointer || hole.startsWith(`${pointer}/`) || pointer.startsWith(`${hole}/`)) {
      return undefined;
    }
  }
  return dig(step.value, path);
}

function dig(root: Json, path: readonly string[]): Json | undefined {
  let value: Json | undefined = root;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    const owner = value as Readonly<Record<string, Json>>;
    value = Object.hasOwn(owner, key) ? owner[key] : undefined;
  }
  return value;
}

/** @returns the step whose output is the whole value of the key, if its `with` met its schema. */
export function producer(
  step: CheckedStep,
  key: string,
  stepOf: (id: string) => CheckedStep | undefined,
): CheckedStep | undefined {
  const hole = step.holes.get(`/${key}`);
  const found = hole && 'ref' in hole ? stepOf(hole.ref.step) : undefined;
  return found?.isSound ? found : undefined;
}
