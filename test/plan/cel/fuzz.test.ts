import fc from 'fast-check';
import { isPipelineError } from '../../../src/errors.ts';
import { canonicalJson, type Json, type JsonObject } from '../../../src/json.ts';
import { BOOL, type CelType, DOUBLE, INT, STRING } from '../../../src/plan/cel/cel-type.ts';
import { compileExpression } from '../../../src/plan/cel/compile-expression.ts';
import { evaluateExpression } from '../../../src/plan/cel/evaluate-expression.ts';
import { parseText } from '../../../src/plan/cel/parse-text.ts';

const VARIABLES: JsonObject = { a: 2, b: 'text', c: true, d: 0.5, l: [1, 2], m: { k: 1 } };
const ENVIRONMENT = new Map<string, CelType>([
  ['a', INT],
  ['b', STRING],
  ['c', BOOL],
  ['d', DOUBLE],
  ['l', { kind: 'list', items: INT }],
  ['m', { kind: 'record', fields: new Map([['k', INT]]), rest: null }],
]);

const TOKENS =
  'a b c d l m k x 0 1 2.5 -1 1e9 9007199254740991 "s" \'\' null true false + - * / % == != < >= && || ! ? : , . ( ) [ ] { } in has( size( .map(x, .all(x, .filter(x, .matches( .split( join( range( json( int( string( min( __proto__ constructor'.split(
    ' ',
  );
const noise = fc.oneof(
  fc.string({ maxLength: 60, unit: 'binary' }),
  fc.array(fc.constantFrom(...TOKENS), { maxLength: 25 }).map((tokens) => tokens.join(' ')),
);

/** Expressions that can be parsed, right and wrong in their types. */
const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 5, depthIdentifier: 'cel' },
    fc.constantFrom(
      ...['a', 'b', 'c', 'd', 'l', 'm', 'm.k', '1', '2.5', '"s"', 'null', 'true', '[]', '{}'],
    ),
    fc
      .tuple(
        tie('expression'),
        fc.constantFrom(...'+ - * / % == != < <= > >= && || in'.split(' ')),
        tie('expression'),
      )
      .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
    fc
      .tuple(
        fc.constantFrom(...'size string int double json dyn range min max ! -'.split(' ')),
        tie('expression'),
      )
      .map(([name, of]) => `${name}(${of})`),
    fc
      .tuple(
        tie('expression'),
        fc.constantFrom('map', 'filter', 'all', 'exists', 'exists_one'),
        tie('expression'),
      )
      .map(([over, macro, body]) => `(${over}).${macro}(a, ${body})`),
    fc.tuple(tie('expression'), tie('expression')).map(([of, key]) => `(${of})[${key}]`),
    fc
      .tuple(tie('expression'), tie('expression'), tie('expression'))
      .map(([test, then, otherwise]) => `(${test} ? ${then} : ${otherwise})`),
    fc
      .tuple(tie('expression'), tie('expression'))
      .map(([first, second]) => `{"k": ${first}, "j": [${second}]}`),
  ),
}));

function evaluate(source: string): { value: Json } | { code: string; message: string } {
  try {
    return { value: evaluateExpression(source, VARIABLES) };
  } catch (error) {
    if (isPipelineError(error)) return { code: error.code, message: error.message };
    throw error;
  }
}

/** Whether a value is one of the type: the other half of what the check promises. */
function isOfType(value: Json, type: CelType): boolean {
  switch (type.kind) {
    case 'dyn':
      return true;
    case 'null':
      return value === null;
    case 'bool':
      return typeof value === 'boolean';
    case 'int':
      return Number.isSafeInteger(value);
    case 'double':
      return typeof value === 'number';
    case 'string':
      return typeof value === 'string' && (type.values?.includes(value) ?? true);
    case 'list':
      return Array.isArray(value) && value.every((item: Json) => isOfType(item, type.items));
    case 'map':
    case 'record':
      return (
        typeof value === 'object' &&
        value !== null &&
        Object.entries(value as JsonObject).every(([key, part]) => {
          const of = type.kind === 'map' ? type.values : (type.fields.get(key) ?? type.rest);
          return of !== null && isOfType(part, of);
        })
      );
    case 'union':
      return type.of.some((member) => isOfType(value, member));
    case 'artifact':
      return false;
  }
}

const fuzz = (property: fc.IProperty<[string]>) => {
  fc.assert(property, { seed: 20, numRuns: 3000 });
};

describe('whatever the text', () => {
  it('compiling does not throw, and places every fault in the text', () => {
    fuzz(
      fc.property(fc.oneof(noise, expression), (source) => {
        const { problems, references } = compileExpression(source, ENVIRONMENT);
        for (const { offset } of [...problems, ...references]) {
          expect(offset).toBeGreaterThanOrEqual(0);
          expect(offset).toBeLessThanOrEqual(source.length);
        }
      }),
    );
  });

  it('splitting loses nothing', () => {
    const withHoles = fc
      .array(fc.oneof(noise, fc.constantFrom('${{', '}}', '"', '}', '{')), { maxLength: 8 })
      .map((parts) => parts.join(''));
    fuzz(
      fc.property(withHoles, (text) => {
        let at = 0;
        for (const part of parseText(text, null)) {
          if ('text' in part) {
            expect(text.startsWith(part.text, at)).toBe(true);
            at += part.text.length;
          } else {
            expect(part.offset).toBe(at);
            if ('problem' in part) return;
            at = text.indexOf('}}', at + 3 + part.expression.source.length) + 2;
          }
        }
        expect(at).toBe(text.length);
      }),
    );
  });

  it('evaluating gives JSON or a PipelineError, the same each time', () => {
    fuzz(
      fc.property(fc.oneof(noise, expression), (source) => {
        const outcome = evaluate(source);
        if ('code' in outcome) expect(outcome.code).toMatch(/^EXPRESSION_(INVALID|FAILED)$/);
        else expect(JSON.parse(canonicalJson(outcome.value))).toEqual(outcome.value);
        expect(evaluate(source)).toEqual(outcome);
      }),
    );
  });

  it('what was compiled without a fault has a value of its type, or fails for the value alone', () => {
    let evaluated = 0;
    fuzz(
      fc.property(expression, (source) => {
        const { type, problems } = compileExpression(source, ENVIRONMENT);
        if (problems.length > 0) return;
        const outcome = evaluate(source);
        if ('code' in outcome) {
          expect(outcome.code).toBe('EXPRESSION_FAILED');
        } else {
          evaluated += 1;
          expect(isOfType(outcome.value, type)).toBe(true);
        }
      }),
    );
    expect(evaluated).toBeGreaterThan(300);
  });
});
