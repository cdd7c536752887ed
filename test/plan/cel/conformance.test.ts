/**
 * CEL's own conformance tests. What an expression means here it means in CEL: an expression may be
 * refused, for the reasons below alone, but never has another value, nor a value where CEL has none.
 */
import { readFileSync } from 'node:fs';
import { isPipelineError } from '../../../src/errors.ts';
import type { Json } from '../../../src/json.ts';
import { evaluateExpression } from '../../../src/plan/cel/evaluate-expression.ts';

const FILE = new URL('../../golden/cel-conformance.json', import.meta.url);
const TESTS = JSON.parse(readFileSync(FILE, 'utf8')) as (readonly [string, string, Json?])[];

/** What is refused although CEL has a value. */
const REFUSALS: readonly RegExp[] = [
  // Whole numbers are those of JSON, and not divided by one another.
  /is beyond 2\^53 - 1, the largest whole number of JSON/,
  /between whole numbers would cut off the fraction/,
  // No NaN and no infinity.
  /division by zero/,
  // The keys of a map are text.
  /the key of a map must be text/,
  /`in` does not take a whole number and a map/,
  // What is wrong in a part that is not needed is wrong all the same.
  /these can never be equal/,
  /wants true or false, but this is/,
  /there is no function/,
  /the map has no "a"/,
  // The grammar knows neither names in backquotes nor numbers that start with a point.
  /``` cannot stand here/,
  /`\.` cannot stand here/,
];

type Outcome = { readonly value: Json } | { readonly error: string };

function outcomeOf(expression: string): Outcome {
  try {
    return { value: evaluateExpression(expression, {}) };
  } catch (error) {
    if (isPipelineError(error)) return { error: error.message };
    throw error;
  }
}

describe('the conformance tests of CEL', () => {
  it.each(TESTS.map((test) => ({ title: `${test[0]}: ${test[1]}`, test })))(
    '$title',
    ({ test }) => {
      const outcome = outcomeOf(test[1]);
      if (test.length === 2) {
        expect(outcome).toHaveProperty('error');
      } else if ('error' in outcome) {
        expect(REFUSALS.some((reason) => reason.test(outcome.error))).toBe(true);
      } else {
        expect(outcome.value).toEqual(test[2]);
      }
    },
  );

  it('five of six values are not refused', () => {
    const values = TESTS.filter((test) => test.length === 3);
    const same = values.filter(([, expression]) => 'value' in outcomeOf(expression));
    expect([values.length, same.length]).toEqual([585, 489]);
  });
});
