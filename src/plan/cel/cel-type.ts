/**
 * The types of expressions: what JSON can hold, plus artifacts, which can only be passed on.
 *
 * A union means that any of its members may come; an operation is refused only where no member
 * allows it, and what remains is looked at when the value is there.
 */

export type CelType =
  | { readonly kind: 'dyn' | 'null' | 'bool' | 'int' | 'double' }
  /** `values`: the only texts it can be; left out where it can be any. */
  | { readonly kind: 'string'; readonly values?: readonly string[] }
  | { readonly kind: 'list'; readonly items: CelType }
  | { readonly kind: 'map'; readonly values: CelType }
  /** `rest`: what keys beside `fields` hold; `null` where there can be none. */
  | {
      readonly kind: 'record';
      readonly fields: ReadonlyMap<string, CelType>;
      readonly rest: CelType | null;
    }
  | { readonly kind: 'artifact'; readonly of: string }
  | { readonly kind: 'union'; readonly of: readonly CelType[] };

export type CelKind = CelType['kind'];

export const DYN: CelType = { kind: 'dyn' };
export const NULL: CelType = { kind: 'null' };
export const BOOL: CelType = { kind: 'bool' };
export const INT: CelType = { kind: 'int' };
export const DOUBLE: CelType = { kind: 'double' };
export const STRING: CelType = { kind: 'string' };

/** Beyond this many members or texts, a type says less rather than growing without end. */
const MAX_MEMBERS = 32;
const MAX_SIZE = 1000;

/** The members of a union; any other type alone. */
export const alternatives = (type: CelType): readonly CelType[] =>
  type.kind === 'union' ? type.of : [type];

/** Whether a value of the type may be of the kind; `dyn` may be anything. */
export const couldBe = (type: CelType, kind: CelKind): boolean =>
  alternatives(type).some((member) => member.kind === kind || member.kind === 'dyn');

/** What the elements of a list are, or the keys of a map; `null` where it can be neither. */
export function elementsOf(type: CelType): CelType | null {
  const found = alternatives(type).flatMap((member) => {
    if (member.kind === 'dyn') return [DYN];
    if (member.kind === 'list') return [member.items];
    return member.kind === 'map' || member.kind === 'record' ? [STRING] : [];
  });
  return found.length === 0 ? null : unionOf(found);
}

/** The type of what may be any of these; none: `dyn`, for there is no value to be wrong about. */
export function unionOf(types: readonly CelType[]): CelType {
  // Most are of one type, and to compare a type with nothing costs as much as it is large.
  const [single] = types;
  if (single && types.length === 1) return single;
  const [first] = types;
  if (types.length === 1 && first) return first;
  const members = new Map<string, CelType>();
  const texts: CelType[] = [];
  for (const type of types.flatMap(alternatives)) {
    if (type.kind === 'dyn') return DYN;
    if (type.kind === 'string') texts.push(type);
    else members.set(describeKey(type), type);
  }
  const all = [...(texts.length === 0 ? [] : [mergeTexts(texts)]), ...members.values()];
  const [only] = all;
  if (all.length === 1 && only) return only;
  return all.length === 0 || all.length > MAX_MEMBERS
    ? DYN
    : smallEnough({ kind: 'union', of: all });
}

function mergeTexts(types: readonly CelType[]): CelType {
  const values = new Set<string>();
  for (const type of types) {
    if (type.kind !== 'string' || !type.values) return STRING;
    for (const value of type.values) values.add(value);
  }
  return values.size > MAX_MEMBERS ? STRING : { kind: 'string', values: [...values] };
}

/** `dyn` in place of a type too large to work with; nested literals double with every level. */
export function smallEnough(type: CelType): CelType {
  let left = MAX_SIZE;
  const visit = (inner: CelType): boolean => {
    left -= 1;
    return left > 0 && partsOf(inner).every(visit);
  };
  return visit(type) ? type : DYN;
}

function partsOf(type: CelType): readonly CelType[] {
  if (type.kind === 'list') return [type.items];
  if (type.kind === 'map') return [type.values];
  if (type.kind === 'union') return type.of;
  if (type.kind !== 'record') return [];
  return [...type.fields.values(), ...(type.rest ? [type.rest] : [])];
}

/** Equal for equal types. */
function describeKey(type: CelType): string {
  if (type.kind === 'artifact') return `artifact ${JSON.stringify(type.of)}`;
  if (type.kind === 'string') return `string ${JSON.stringify(type.values ?? null)}`;
  if (type.kind !== 'record') return `${type.kind}(${partsOf(type).map(describeKey).join()})`;
  const fields = [...type.fields].map(([key, of]) => `${JSON.stringify(key)}:${describeKey(of)}`);
  return `record(${fields.sort().join()};${type.rest ? describeKey(type.rest) : ''})`;
}

const NAMES: Readonly<Record<Exclude<CelKind, 'artifact' | 'union'>, string>> = {
  dyn: 'any value',
  null: 'nothing',
  bool: 'true or false',
  int: 'a whole number',
  double: 'a number',
  string: 'text',
  list: 'a list',
  map: 'a map',
  record: 'a map',
};

/** In words, as other messages about types say it: `a whole number or nothing`. */
export function describeType(type: CelType): string {
  const names = alternatives(type).map((member) => {
    if (member.kind === 'artifact') return `an artifact of kind ${member.of}`;
    return member.kind === 'union' ? describeType(member) : NAMES[member.kind];
  });
  return [...new Set(names)].join(' or ');
}
