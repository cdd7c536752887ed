/** The functions: those of CEL's standard that JSON values allow, and a few of ours. */
import { canonicalJson, type Json } from '../../json.ts';
import {
  alternatives,
  BOOL,
  type CelType,
  couldBe,
  DOUBLE,
  DYN,
  elementsOf,
  INT,
  STRING,
  unionOf,
} from './cel-type.ts';
import { toBool, toDouble, toInt } from './conversions.ts';
import { LIMITS } from './limits.ts';
import { findMatch } from './match.ts';
import { CelFault } from './meter.ts';
import type { Operation, Overload } from './overload.ts';
import { isList, keysOf, kindOf, lengthOfText } from './values.ts';

type Styles = Operation['styles'];
const FUNCTION: Styles = ['function'];
const METHOD: Styles = ['method'];
const BOTH: Styles = ['function', 'method'];
const LIST_OF_TEXT: CelType = { kind: 'list', items: STRING };

const define = (styles: Styles, ...overloads: readonly Overload[]): Operation => ({
  styles,
  overloads,
});

const size = define(
  BOTH,
  {
    takes: ['string'],
    gives: INT,
    run: ([text], { meter }) => {
      meter.spendText((text as string).length);
      return lengthOfText(text as string);
    },
  },
  { takes: ['list'], gives: INT, run: ([list]) => (isList(list) ? list.length : 0) },
  { takes: ['map'], gives: INT, run: ([map = null]) => keysOf(map).length },
);

/** A test of a text for another. Looking for a long text costs more than for a short one. */
const textTest = (test: (text: string, other: string) => boolean): Operation =>
  define(METHOD, {
    takes: ['string', 'string'],
    gives: BOOL,
    run: ([text, other], { meter }) => {
      const [whole, part] = [text as string, other as string];
      meter.spend((1 + whole.length / 64) * (1 + part.length / 64));
      return test(whole, part);
    },
  });

const matches = define(BOTH, {
  takes: ['string', 'string'],
  gives: BOOL,
  run: ([text, pattern], { meter }) => findMatch(text as string, pattern as string, meter),
});

const convertCase = (convert: (text: string) => string): Operation =>
  define(METHOD, {
    takes: ['string'],
    gives: STRING,
    run: ([text], { meter }) => {
      meter.makeText((text as string).length);
      // ASCII alone, as CEL has it: the case of other letters depends on the Unicode version.
      return (text as string).replace(/[A-Za-z]+/g, convert);
    },
  });

function joinTexts(
  list: Json | undefined,
  separator: string,
  { meter }: Parameters<Overload['run']>[1],
): string {
  const texts = isList(list) ? list : [];
  let length = 0;
  for (const text of texts) {
    if (typeof text !== 'string') {
      throw new CelFault('`join` takes a list of texts', 'write `list.map(x, string(x))`');
    }
    length += text.length + separator.length;
    meter.spend(1);
  }
  meter.makeText(length);
  return texts.join(separator);
}

const textList = (type: CelType = DYN): CelType | { refused: string; remedy: string } =>
  couldBe(elementsOf(type) ?? DYN, 'string')
    ? STRING
    : { refused: '`join` takes a list of texts', remedy: 'write `list.map(x, string(x))`' };

const join = define(
  BOTH,
  { takes: ['list'], gives: textList, run: ([list], context) => joinTexts(list, '', context) },
  {
    takes: ['list', 'string'],
    gives: (type) => textList(type),
    run: ([list, separator], context) => joinTexts(list, separator as string, context),
  },
);

const split = define(BOTH, {
  takes: ['string', 'string'],
  gives: LIST_OF_TEXT,
  run: ([text, separator], { meter }) => {
    const [whole, at] = [text as string, separator as string];
    meter.spend((1 + whole.length / 64) * (1 + at.length / 64));
    // Characters, not halves of them.
    const parts = at === '' ? Array.from(whole) : whole.split(at);
    meter.spend(parts.length);
    return parts;
  },
});

const range = define(FUNCTION, {
  takes: ['int'],
  gives: { kind: 'list', items: INT },
  run: ([count], { meter }) => {
    const length = Number(count);
    if (length < 0 || length > LIMITS.rangeLength) {
      throw new CelFault(`\`range\` takes 0 to ${LIMITS.rangeLength}, got ${length}`);
    }
    meter.spend(length);
    return Array.from({ length }, (_, i) => i);
  },
});

const json = define(FUNCTION, {
  takes: ['any'],
  gives: STRING,
  run: ([value = null], { meter }) => {
    meter.walk(value);
    return canonicalJson(value);
  },
});

const extreme = (name: 'min' | 'max', pick: (...values: number[]) => number): Operation =>
  define(
    FUNCTION,
    {
      takes: ['number', 'number'],
      gives: (a = DYN, b = DYN) => unionOf([a, b]),
      run: ([a, b]) => pick(Number(a), Number(b)),
    },
    {
      takes: ['list'],
      gives: (list = DYN) => numbersOf(list) ?? { refused: `\`${name}\` takes a list of numbers` },
      run: ([list], { meter }) => {
        const values = isList(list) ? list : [];
        meter.spend(values.length);
        if (values.length === 0) throw new CelFault(`\`${name}\` of an empty list`);
        if (!values.every((value) => typeof value === 'number')) {
          throw new CelFault(`\`${name}\` takes a list of numbers`);
        }
        return values.reduce((best, value) => pick(best, value));
      },
    },
  );

function numbersOf(list: CelType): CelType | null {
  const kinds = ['dyn', 'int', 'double'];
  const numbers = alternatives(elementsOf(list) ?? DYN).filter(({ kind }) => kinds.includes(kind));
  return numbers.length === 0 ? null : unionOf(numbers);
}

const toText = define(FUNCTION, {
  takes: ['any'],
  gives: (type = DYN) =>
    ['list', 'map', 'record', 'null'].includes(type.kind)
      ? { refused: '`string` takes text, a number or true or false', remedy: 'write `json(…)`' }
      : STRING,
  run: ([value = null]) => {
    if (['list', 'map', 'null'].includes(kindOf(value))) {
      throw new CelFault('`string` takes text, a number or true or false', 'write `json(…)`');
    }
    return String(value);
  },
});

const conversion = (
  gives: CelType,
  wanted: 'bool' | 'number',
  convert: (value: Json) => Json,
): Operation =>
  define(
    FUNCTION,
    { takes: ['string'], gives, run: ([value = null]) => convert(value) },
    { takes: [wanted], gives, run: ([value = null]) => convert(value) },
  );

export const FUNCTIONS: ReadonlyMap<string, Operation> = new Map([
  ['size', size],
  ['contains', textTest((text, other) => text.includes(other))],
  ['startsWith', textTest((text, other) => text.startsWith(other))],
  ['endsWith', textTest((text, other) => text.endsWith(other))],
  ['matches', matches],
  ['lowerAscii', convertCase((text) => text.toLowerCase())],
  ['upperAscii', convertCase((text) => text.toUpperCase())],
  ['join', join],
  ['split', split],
  ['range', range],
  ['json', json],
  ['min', extreme('min', Math.min)],
  ['max', extreme('max', Math.max)],
  ['string', toText],
  ['int', conversion(INT, 'number', toInt)],
  ['double', conversion(DOUBLE, 'number', toDouble)],
  ['bool', conversion(BOOL, 'bool', toBool)],
  ['dyn', define(FUNCTION, { takes: ['any'], gives: DYN, run: ([value = null]) => value })],
]);
