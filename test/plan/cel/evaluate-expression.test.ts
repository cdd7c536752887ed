import type { PipelineError } from '../../../src/errors.ts';
import { isPipelineError } from '../../../src/errors.ts';
import type { Json, JsonObject } from '../../../src/json.ts';
import { evaluateExpression } from '../../../src/plan/cel/evaluate-expression.ts';

const VARIABLES: JsonObject = {
  params: { seed: 7, rate: 0.5, mode: 'fast', names: ['b', 'a'], deep: true, half: 3 },
  steps: { a: { outputs: { accuracy: 0.9, note: null, list: [1, 2, 3], map: { b: 1, a: 2 } } } },
  item: 'x',
  index: 0,
};

const value = (source: string, variables: JsonObject = VARIABLES): Json =>
  evaluateExpression(source, variables);

function failureOf(source: string, variables: JsonObject = VARIABLES): PipelineError {
  let result: Json;
  try {
    result = evaluateExpression(source, variables);
  } catch (error) {
    if (isPipelineError(error)) return error;
    throw error;
  }
  // Not as JSON: what should have been refused may be too large to write.
  throw new Error(`it gave ${typeof result}`);
}

// By hand, from the CEL language definition; where the two part, operators.ts says why.
const VALUES: readonly (readonly [string, Json])[] = [
  ['params.seed + 1', 8],
  ['params.rate * 2', 1],
  ['params.seed - 0.5', 6.5],
  ['1.0 / 4', 0.25],
  ['double(params.seed) / 2', 3.5],
  ['int(double(params.seed) / 2)', 3],
  ['int(-3.9)', -3],
  ['-7 % 3', -1],
  ['-0.0', 0],
  ['1 + 2 * 3', 7],
  ['2 == 2.0', true],
  ['"2" in ["1", "2"]', true],
  ['"b" in steps.a.outputs.map', true],
  ['params["mode"] + "!"', 'fast!'],
  ['steps.a.outputs.list[1]', 2],
  ['[1, 2] + [3]', [1, 2, 3]],
  ['{"a": params.seed, "b": [item]}', { a: 7, b: ['x'] }],
  ['steps.a.outputs.accuracy > 0.8 && params.deep', true],
  ['params.mode == "fast" ? 1 : 2', 1],
  ['steps.a.outputs.note == null', true],
  ['has(steps.a.outputs.note)', true],
  ['has(steps.a.outputs.ghost)', false],
  ['has(steps.a.outputs.ghost) && steps.a.outputs.ghost > 1', false],
  // One side that decides is enough, on either side.
  ['params.ghost > 1 || true', true],
  ['false && params.ghost > 1', false],
  ['[0, 2].exists(x, 4.0 / x == 2.0)', true],
  ['[0, 2].all(x, 4.0 / x == 1.0)', false],
  ['steps.a.outputs.list.map(x, x * 2)', [2, 4, 6]],
  ['steps.a.outputs.list.map(x, x > 1, x * 2)', [4, 6]],
  ['steps.a.outputs.list.filter(x, x % 2 == 1)', [1, 3]],
  ['steps.a.outputs.list.exists_one(x, x == 2)', true],
  [
    '[1, 2].map(x, [3, 4].map(y, x * y))',
    [
      [3, 4],
      [6, 8],
    ],
  ],
  ['[1].map(x, [2].map(x, x))', [[2]]],
  // The keys of a map in order, however it was written.
  ['steps.a.outputs.map.map(k, k)', ['a', 'b']],
  ['size("😀é")', 2],
  ['size([1, 2])', 2],
  ['steps.a.outputs.map.size()', 2],
  ['"abc".contains("b") && "abc".startsWith("a") && "abc".endsWith("c")', true],
  ['"v1.2".matches("^v[0-9]+\\\\.")', true],
  ['"xay".matches("a")', true],
  ['matches("b", "a")', false],
  ['"Ä-b".upperAscii() + "C".lowerAscii()', 'Ä-Bc'],
  ['params.names.join("-")', 'b-a'],
  ['join(params.names, ", ")', 'b, a'],
  ['"a,b".split(",")', ['a', 'b']],
  ['split("😀a", "")', ['😀', 'a']],
  ['range(3)', [0, 1, 2]],
  ['json({"b": 1, "a": [null, 0.5]})', '{"a":[null,0.5],"b":1}'],
  ['min(2, 1.5)', 1.5],
  ['max(steps.a.outputs.list)', 3],
  ['string(1.0) + string(0.5) + string(true)', '10.5true'],
  ['int("-12")', -12],
  ['double("1e3")', 1000],
  ['bool("true")', true],
  // By code point: U+FF5E before U+1F600, which UTF-16 orders the other way round.
  ['"～" < "😀"', true],
  ['"a" < "ab"', true],
  ['r"\\d" + \'"\' + """a"b"""', '\\d"a"b'],
  ['"\\u00e9\\n\\x41"', 'é\nA'],
  ['0x10', 16],
  ['9007199254740991', 9_007_199_254_740_991],
  // Certainly no whole number, so it may be rounded.
  ['1e10 * 1e10', 1e20],
  ['params.seed // the seed', 7],
];

describe('evaluateExpression', () => {
  it.each(VALUES)('%s', (source, expected) => {
    expect(value(source)).toEqual(expected);
  });

  it('gives the whole value where it is one, with its type', () => {
    expect(value('steps.a.outputs.map')).toEqual({ b: 1, a: 2 });
    expect(value('item')).toBe('x');
  });

  it('gives the same for equal variables in another order', () => {
    const source = 'json(params) + params.map(k, k + "=" + string(params[k])).join()';
    const there = value(source, { params: { a: 1, b: 2 } });
    expect(value(source, { params: { b: 2, a: 1 } })).toBe(there);
    expect(there).toBe('{"a":1,"b":2}a=1b=2');
  });

  it('sees the variables of each call, though the text is compiled once', () => {
    expect([1, 2, 3].map((x) => value('x + 1', { x }))).toEqual([2, 3, 4]);
  });
});

describe('what has no value', () => {
  it.each([
    ['1.0 / 0', 'division by zero', 0],
    ['params.seed % 0', 'division by zero', 0],
    ['1e308 * 10.0', 'finite', 0],
    ['9007199254740991 + 1', 'beyond 2^53', 0],
    ['params.half * 4503599627370496', 'beyond 2^53', 0],
    ['int(1e300)', 'beyond 2^53', 0],
    ['1 + params.ghost', 'has no "ghost"', 4],
    ['params.mode.length', 'has no "length"', 0],
    ['steps.a.outputs.list[3]', 'none at 3', 0],
    ['steps.a.outputs.list[-1]', 'none at -1', 0],
    ['steps.a.outputs.list[params.rate]', 'no parts by 0.5', 0],
    ['params.mode + params.seed', '`+` does not take text and 7', 0],
    ['params.seed && true', 'wants true or false', 0],
    ['params.seed ? 1 : 2', 'wants true or false', 0],
    ['params.seed.map(x, x)', 'wants a list or a map', 0],
    ['{params.mode: 1, "fast": 2}', 'cannot be a key', 17],
    ['int("1x")', 'is not a whole number', 0],
    ['double("")', 'is not a number', 0],
    ['double("Infinity")', 'is not a number', 0],
    ['bool("yes")', 'is not true or false', 0],
    ['string(params)', '`string` takes text', 0],
    ['max([])', 'empty list', 0],
    ['join([1, "a"])', 'list of texts', 0],
    ['range(10001)', '0 to 10000', 0],
    ['"a".matches(params.mode + "(")', 'regular expression', 0],
    ['ghost', '`ghost` has no value here', 0],
  ])('%s fails, and says where', (source, message, offset) => {
    const error = failureOf(source);
    expect([error.code, error.details?.['offset']]).toEqual(['EXPRESSION_FAILED', offset]);
    expect(error.message).toContain(message);
  });

  it.each(['1 +', '', '1 + "a"', 'nope(1)', '1 / 2'])('%j is no expression', (source) => {
    expect(failureOf(source).code).toBe('EXPRESSION_INVALID');
  });

  it('never shows a text of the variables', () => {
    const variables = { secrets: { key: 'hunter2' } };
    for (const source of [
      'secrets.key.x',
      'secrets.key + 1.0',
      'int(secrets.key)',
      '-secrets.key',
      '{secrets.key: 1, secrets.key: 2}',
    ]) {
      expect(failureOf(source, variables).message).not.toContain('hunter2');
    }
  });
});

describe('escapes', () => {
  it.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'length'])(
    '%s is no part of anything, unless a value has it as its own',
    (key) => {
      for (const owner of ['params', 'params.mode', 'params.names', 'params.seed', '{}', '""']) {
        expect(failureOf(`${owner}["${key}"]`).code).toMatch(/^EXPRESSION_/);
        expect(failureOf(`dyn(${owner})["${key}"]`).code).toMatch(/^EXPRESSION_/);
      }
      expect(value(`"${key}" in params`)).toBe(false);
      const own = JSON.parse(`{"${key}": 1}`) as JsonObject;
      expect(value(`params["${key}"]`, { params: own })).toBe(1);
      expect(failureOf(key).code).toMatch(/^EXPRESSION_/);
      expect(failureOf(`${key}()`).code).toBe('EXPRESSION_INVALID');
      expect(failureOf(`params.${key}()`).code).toBe('EXPRESSION_INVALID');
    },
  );

  it('a map with a key that could change a prototype is refused', () => {
    expect(failureOf('{"__proto__": {"polluted": 1}}').code).toBe('EXPRESSION_INVALID');
    expect(failureOf('{"__pro" + "to__": {"polluted": 1}}').code).toBe('EXPRESSION_FAILED');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

/** Names that a chain of `map`s hands on; each step doubles what it is given. */
const doubled = (start: string, times: number, step = 's + s'): string =>
  `[${start}]${`.map(s, ${step})`.repeat(times)}`;

describe('limits', () => {
  it.each([
    ['nested maps', `${'range(1000).map(x, '.repeat(10)}1${')'.repeat(10)}`, 'steps'],
    ['nested maps that keep nothing', 'range(10000).all(x, range(10000).all(y, true))', 'steps'],
    ['a text that doubles', doubled('"ab"', 40), 'text of more than'],
    ['a list that doubles', doubled('[1]', 40), 'steps'],
    ['a list that holds itself twice', doubled('1', 40, '[s, s]'), 'more than'],
    ['a map that holds itself twice', doubled('1', 40, '{"a": s, "b": s}'), 'more than'],
    [
      'such lists compared',
      `${doubled('1', 40, '[s, s]')} == ${doubled('1', 40, '[s, s]')}`,
      'steps',
    ],
    ['such a list as text', `json(${doubled('1', 40, '[s, s]')}) == "a"`, 'steps'],
    ['a value of 160 levels', doubled('1', 40, '[[[[s]]]]'), 'levels'],
    ['a long text looked for', `${doubled('"a"', 19)}.map(s, s.contains(s + "b"))`, 'steps'],
    ['a long text split', `${doubled('"a"', 20)}.map(s, s.split(""))`, 'steps'],
    ['many long texts', `${doubled('"a"', 19)}.map(s, range(1000).map(i, s + string(i)))`, 'steps'],
    [
      'a pattern that backtracks over a long text',
      `${doubled('"a"', 20)}.map(s, s.matches("(a+)+$"))`,
      'steps',
    ],
    [
      'a pattern of many states',
      'range(100).map(i, "a".matches("(a{30}){30}(a{30}){30}" + string(i)))',
      'steps',
    ],
    [
      'a text too long beside what would decide',
      `${doubled('"ab"', 40)}.exists(s, s == "") || true`,
      'text of more than',
    ],
    [
      'a limit behind what would decide',
      'range(10000).all(x, range(10000).all(y, true)) || true',
      'steps',
    ],
  ])('%s ends', (_, source, message) => {
    const error = failureOf(source);
    expect(error.code).toBe('EXPRESSION_FAILED');
    expect(error.message).toContain(message);
  });

  it('what a person writes is far from them', () => {
    const rows = Array.from({ length: 1000 }, (_, i) => ({ name: `row-${i}`, score: i / 1000 }));
    const source =
      'rows.filter(r, r.score > 0.5 && r.name.matches("^row-[0-9]+$")).map(r, r.name).size()';
    expect(value(source, { rows })).toBe(499);
  });

  it('a variable of 10,000 levels is refused, not fallen over', () => {
    const deep = JSON.parse(`${'['.repeat(10_000)}1${']'.repeat(10_000)}`) as Json;
    for (const source of ['x', 'x == x', 'json(x)', 'x in [x]']) {
      expect(failureOf(source, { x: deep }).message).toContain('levels');
    }
  });

  it('a step is a node, an element or 64 characters', () => {
    // range: its node, its argument, its elements. map: its node, its elements, a body for each.
    // Ten such in a list whose size is taken: 2 + 10 * (3 + 3 * count).
    const source = (count: number): string => {
      const one = `range(${count}).map(x, x)`;
      return `size([${Array.from({ length: 10 }, () => one).join(', ')}])`;
    };
    const allowed = Math.floor((100_000 - 2 - 10 * 3) / (10 * 3));
    expect(value(source(allowed))).toBe(10);
    expect(failureOf(source(allowed + 1)).message).toContain('100000 steps');
  });
});
