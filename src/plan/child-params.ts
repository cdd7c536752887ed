/** Checks the parameters that a step gives the pipeline that it runs. */
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { toPointer } from '../spec/pointer.ts';
import type { Fault, Path, Spec } from '../spec/spec.ts';
import { schemasOfType } from './cel/schema-type.ts';
import { describe } from './describe-types.ts';
import { describeSchemas, fits } from './fits.ts';
import { checkGivenParams } from './params.ts';
import { paramType } from './places.ts';
import type { Resolved } from './resolve-values.ts';

export interface ChildParams {
  /** Those whose values are known. */
  readonly values: JsonObject;
  /** Those that are given, but known only when the run is there. */
  readonly later: ReadonlySet<string>;
  /** Paths inside the step's `with`. */
  readonly faults: readonly Fault[];
}

/** @param given  the step's `with` */
export function checkChildParams(child: Spec, given: Resolved): ChildParams {
  const { params = {} } = isJsonObject(given.value) ? given.value : {};
  if (given.holes.has('/params') || !isJsonObject(params)) {
    return { values: {}, later: new Set(child.params.keys()), faults: [] };
  }
  const later = new Set(Object.keys(params).filter((name) => isOpen(given, ['params', name])));
  const values = Object.fromEntries(Object.entries(params).filter(([name]) => !later.has(name)));
  const known = checkGivenParams(child, values, later).map(({ name, ...fault }): Fault =>
    fault.code === 'PARAM_MISSING'
      ? { ...fault, path: ['params'], at: 'key', remedy: 'give it in `with.params`' }
      : {
          ...fault,
          path: ['params', name],
          at: fault.code === 'PARAM_UNKNOWN' ? 'key' : 'value',
        },
  );
  const typed = [...later].flatMap((name) => checkLater(child, name, given));
  return { values, later, faults: [...known, ...typed] };
}

/** Whether the value, or anything in it, is a hole. */
function isOpen({ holes }: Resolved, path: Path): boolean {
  const pointer = toPointer(path);
  return [...holes.keys()].some((hole) => hole === pointer || hole.startsWith(`${pointer}/`));
}

function checkLater(child: Spec, name: string, { holes }: Resolved): readonly Fault[] {
  const path = ['params', name];
  const param = child.params.get(name);
  if (!param) {
    const [fault] = checkGivenParams(child, { [name]: null as Json }, new Set(child.params.keys()));
    return fault ? [{ ...fault, path, at: 'key' }] : [];
  }
  const hole = holes.get(toPointer(path));
  if (!hole?.template) return [];
  const wanted = schemasOfType(paramType(param));
  if (fits(wanted, schemasOfType(hole.type))) return [];
  const message = `parameter "${name}" wants ${describeSchemas(wanted)}, but this is ${describe(hole.type)}`;
  return [{ code: 'TYPE_MISMATCH', path, at: 'value', expression: 0, message }];
}
