/**
 * The operators.
 *
 * Numbers are JSON's. Whole and other numbers mix, and the result is then no whole one; a whole
 * result beyond 2^53 - 1 is refused rather than rounded, and so is what is no number. A whole
 * number divided by another is refused when it is compiled: CEL cuts the fraction off, while most
 * languages that people of this field write do not, and either answer would surprise someone.
 */
import type { Json } from '../../json.ts';
import {
  BOOL,
  type CelType,
  DOUBLE,
  DYN,
  elementsOf,
  INT,
  NULL,
  STRING,
  unionOf,
} from './cel-type.ts';
import { CelFault } from './meter.ts';
import type { Context, Operation, Overload, Refusal } from './overload.ts';
import { areEqual, compareText, isList } from './values.ts';

type Numbers = (a: number, b: number) => number;

function arithmetic(gives: Overload['gives'], compute: Numbers): Overload {
  return {
    takes: ['number', 'number'],
    gives,
    run: ([a, b], context) => toNumber(compute(Number(a), Number(b)), [a, b], context),
  };
}

function toNumber(
  result: number,
  from: readonly (Json | undefined)[],
  { isDouble }: Context,
): number {
  if (!Number.isFinite(result)) throw new CelFault('the result is not a finite number');
  if (!isDouble && from.every(Number.isSafeInteger) && !Number.isSafeInteger(result)) {
    throw new CelFault(
      'the result is a whole number beyond 2^53 - 1',
      'write `double(…)` around one of them if it may be rounded',
    );
  }
  // JSON has no -0.
  return result + 0;
}

function numberOf(a: CelType | undefined, b: CelType | undefined): CelType {
  if (a?.kind === 'double' || b?.kind === 'double') return DOUBLE;
  return a?.kind === 'int' && b?.kind === 'int' ? INT : DYN;
}

const divide = arithmetic(
  (a, b): CelType | Refusal =>
    numberOf(a, b).kind !== 'int'
      ? DOUBLE
      : {
          refused: '`/` between whole numbers would cut off the fraction',
          remedy: 'write `double(a) / b` to keep it, or `int(double(a) / b)` to cut it off',
        },
  (a, b) => {
    if (b === 0) throw new CelFault('division by zero');
    return a / b;
  },
);

const remainder: Overload = {
  takes: ['int', 'int'],
  gives: INT,
  run: ([a, b]) => {
    if (b === 0) throw new CelFault('division by zero');
    return (Number(a) % Number(b)) + 0;
  },
};

const concatTexts: Overload = {
  takes: ['string', 'string'],
  gives: STRING,
  run: ([a, b], { meter }) => {
    const [left, right] = [a as string, b as string];
    meter.makeText(left.length + right.length);
    return left + right;
  },
};

const concatLists: Overload = {
  takes: ['list', 'list'],
  gives: (a = DYN, b = DYN) => ({
    kind: 'list',
    items: unionOf([elementsOf(a) ?? DYN, elementsOf(b) ?? DYN]),
  }),
  run: ([a, b], { meter }) => {
    const [left, right] = [a as readonly Json[], b as readonly Json[]];
    meter.spend(left.length + right.length);
    return [...left, ...right];
  },
};

const addition: readonly Overload[] = [
  arithmetic(numberOf, (a, b) => a + b),
  concatTexts,
  concatLists,
];

const comparison = (test: (order: number) => boolean): Operation =>
  operator([
    { takes: ['number', 'number'], gives: BOOL, run: ([a, b]) => test(Number(a) - Number(b)) },
    { takes: ['bool', 'bool'], gives: BOOL, run: ([a, b]) => test(Number(a) - Number(b)) },
    {
      takes: ['string', 'string'],
      gives: BOOL,
      run: ([a, b], { meter }) => {
        const [left, right] = [a as string, b as string];
        meter.spendText(Math.min(left.length, right.length));
        return test(compareText(left, right));
      },
    },
  ]);

const equality = (wanted: boolean): Operation =>
  operator([
    {
      takes: ['any', 'any'],
      gives: (a = DYN, b = DYN) =>
        canBeEqual(a, b) ? BOOL : { refused: 'these can never be equal' },
      run: ([a = null, b = null], { meter }) => areEqual(a, b, meter) === wanted,
    },
  ]);

/** Comparing with `null` is always allowed: an output may be missing where its schema forgot to say. */
function canBeEqual(a: CelType, b: CelType): boolean {
  const kinds = [kindOfComparable(a), kindOfComparable(b)];
  if (kinds.includes('dyn') || kinds.includes(NULL.kind)) return true;
  if (a.kind === 'string' && b.kind === 'string' && a.values && b.values) {
    return a.values.some((value) => b.values?.includes(value));
  }
  return kinds[0] === kinds[1];
}

function kindOfComparable({ kind }: CelType): string {
  if (kind === 'double') return 'int';
  return kind === 'record' ? 'map' : kind;
}

const membership: readonly Overload[] = [
  {
    takes: ['any', 'list'],
    gives: BOOL,
    run: ([item = null, list], { meter }) =>
      isList(list) && list.some((element) => areEqual(item, element, meter)),
  },
  {
    takes: ['string', 'map'],
    gives: BOOL,
    run: ([key, map]) => Object.hasOwn(map as object, key as string),
  },
];

function operator(overloads: readonly Overload[]): Operation {
  return { styles: ['operator'], overloads };
}

export const OPERATORS: ReadonlyMap<string, Operation> = new Map([
  ['+', operator(addition)],
  ['-', operator([arithmetic(numberOf, (a, b) => a - b)])],
  ['*', operator([arithmetic(numberOf, (a, b) => a * b)])],
  ['/', operator([divide])],
  ['%', operator([remainder])],
  ['<', comparison((order) => order < 0)],
  ['<=', comparison((order) => order <= 0)],
  ['>', comparison((order) => order > 0)],
  ['>=', comparison((order) => order >= 0)],
  ['==', equality(true)],
  ['!=', equality(false)],
  ['in', operator(membership)],
  ['!', operator([{ takes: ['bool'], gives: BOOL, run: ([a]) => a !== true }])],
  [
    'negate',
    operator([
      {
        takes: ['number'],
        gives: (a = DYN) => (a.kind === 'dyn' ? DYN : a),
        run: ([a]) => 0 - Number(a),
      },
    ]),
  ],
]);
