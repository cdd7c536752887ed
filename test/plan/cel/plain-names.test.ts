import { parseExpression } from '../../../src/plan/cel/parse.ts';
import { parsePlainNames } from '../../../src/plan/cel/plain-names.ts';

/** Brackets keep a text from being read as plain names: this is the grammar's answer. */
const byGrammar = (source: string): unknown =>
  JSON.parse(
    JSON.stringify(parseExpression(`(${source})`), (key, value: unknown) =>
      ['start', 'end', 'at'].includes(key) && typeof value === 'number' ? value - 1 : value,
    ),
  );

describe('plain names', () => {
  it.each(['a', 'params.x', 'steps.data.outputs.rows.train', 'steps . a\n .b', '_a1.B_2'])(
    '%j are what the grammar makes of them',
    (source) => {
      expect(parsePlainNames(source)).toEqual(byGrammar(source));
    },
  );

  it.each([
    'true',
    'null',
    'a.in',
    'a.b()',
    'a[0]',
    '1',
    'a..b',
    'a.',
    '.a',
    'a b',
    'a.1',
    'ä',
    '',
  ])('%j are none', (source) => {
    expect(parsePlainNames(source)).toBeNull();
  });
});
