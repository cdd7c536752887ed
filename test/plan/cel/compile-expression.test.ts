import {
  BOOL,
  type CelType,
  couldBe,
  describeType,
  DOUBLE,
  DYN,
  elementsOf,
  INT,
  NULL,
  STRING,
  unionOf,
} from '../../../src/plan/cel/cel-type.ts';
import {
  type CelEnvironment,
  compileExpression,
} from '../../../src/plan/cel/compile-expression.ts';

const record = (fields: Record<string, CelType>): CelType => ({
  kind: 'record',
  fields: new Map(Object.entries(fields)),
  rest: null,
});
const listOf = (items: CelType): CelType => ({ kind: 'list', items });
const text = (...values: string[]): CelType => ({ kind: 'string', values });

const OUTPUTS = record({
  model: { kind: 'artifact', of: 'model' },
  accuracy: DOUBLE,
  best: unionOf([DOUBLE, NULL]),
  names: listOf(STRING),
  scores: { kind: 'map', values: DOUBLE },
  either: unionOf([INT, STRING]),
});
const ENVIRONMENT: CelEnvironment = new Map<string, CelType>([
  ['params', record({ seed: INT, rate: DOUBLE, mode: text('fast', 'slow'), deep: BOOL, any: DYN })],
  ['steps', record({ a: record({ state: STRING, outputs: OUTPUTS }) })],
  ['item', STRING],
  ['index', INT],
]);

const compile = (source: string) => compileExpression(source, ENVIRONMENT);
const problemsOf = (source: string): string[] =>
  compile(source).problems.map(({ offset, message }) => `${offset} ${message}`);

describe('the type of an expression', () => {
  it.each<[string, CelType]>([
    ['params.seed + 1', INT],
    ['params.seed + 1.0', DOUBLE],
    ['params.rate * 2', DOUBLE],
    ['params.seed % 2', INT],
    ['-params.seed', INT],
    ['1 / 2.0', DOUBLE],
    ['params.any + 1', DYN],
    ['params.any * 1.5', DOUBLE],
    ['params.any / params.any', DOUBLE],
    ['params.any == 1', BOOL],
    ['steps.a.outputs.best * 2', DOUBLE],
    ['steps.a.outputs.best == null', BOOL],
    ['steps.a.outputs.either + 1', INT],
    ['steps.a.outputs.either + "x"', STRING],
    ['steps.a.outputs.model', { kind: 'artifact', of: 'model' }],
    ['steps["a"]["outputs"].accuracy', DOUBLE],
    ['steps.a.outputs.names[index]', STRING],
    ['steps.a.outputs.scores.x', DOUBLE],
    ['steps.a.outputs.scores[item]', DOUBLE],
    ['steps.a.outputs.names + ["x"]', listOf(STRING)],
    ['steps.a.outputs.names.map(n, size(n))', listOf(INT)],
    ['steps.a.outputs.names.filter(n, n != "")', listOf(STRING)],
    ['steps.a.outputs.scores.map(k, steps.a.outputs.scores[k])', listOf(DOUBLE)],
    ['steps.a.outputs.names.exists(n, n == item)', BOOL],
    ['params.deep ? "adam" : "sgd"', text('adam', 'sgd')],
    ['params.deep ? 1 : "x"', unionOf([INT, text('x')])],
    ['params.deep ? params.any : 1', DYN],
    ['[1, 2.5]', listOf(unionOf([INT, DOUBLE]))],
    ['[]', listOf(DYN)],
    ['{"a": 1, "b": item}', record({ a: INT, b: STRING })],
    ['{item: 1}', { kind: 'record', fields: new Map(), rest: INT }],
    ['has(steps.a.outputs.model)', BOOL],
    ['"a,b".split(",").join("-")', STRING],
    ['range(3)', listOf(INT)],
    ['min(params.seed, 2)', INT],
    ['max(steps.a.outputs.names.map(n, 0.5))', DOUBLE],
    ['double(params.seed) / params.seed', DOUBLE],
    ['int(params.rate)', INT],
    ['null', NULL],
    ['dyn(1)', DYN],
  ])('%s', (source, expected) => {
    const { type, problems } = compile(source);
    expect(problems).toEqual([]);
    expect(type).toEqual(expected);
  });

  it('an empty environment of known names is not an open one', () => {
    expect(compileExpression('x', new Map()).problems).toHaveLength(1);
    expect(compileExpression('x', null)).toMatchObject({ problems: [], type: DYN });
  });

  it('can be asked what it allows', () => {
    expect(couldBe(unionOf([BOOL, NULL]), 'bool')).toBe(true);
    expect(couldBe(DYN, 'list')).toBe(true);
    expect(couldBe(INT, 'bool')).toBe(false);
    expect(elementsOf(unionOf([listOf(INT), NULL]))).toEqual(INT);
    expect(elementsOf(INT)).toBeNull();
    expect(describeType(unionOf([INT, NULL]))).toBe('a whole number or nothing');
  });

  it('does not grow with every level of what holds itself twice', () => {
    const source = `[1]${'.map(x, {"a": x, "b": [x, 1]})'.repeat(40)}`;
    expect(compile(source).problems).toEqual([]);
  });
});

describe('a fault', () => {
  it.each([
    ['params.seed + "x"', '0 `+` does not take a whole number and text'],
    ['1 + (params.deep - 1)', '5 `-` does not take true or false and a whole number'],
    ['params.seed / 2', '0 `/` between whole numbers would cut off the fraction'],
    ['params.rate % 2', '0 `%` does not take a number and a whole number'],
    ['item == 1', '0 these can never be equal: text and a whole number'],
    ['params.mode == "fsat"', '0 these can never be equal: "fast" or "slow" and "fsat"'],
    ['params.deep && item', '15 `&&` wants true or false, but this is text'],
    ['params.seed ? 1 : 2', '0 `?` wants true or false, but this is a whole number'],
    ['!item', '0 `!` does not take text'],
    ['item.size.x', '5 text has no part "size"'],
    [
      'steps.a.outputs.model + 1',
      '0 `+` does not take an artifact of kind model and a whole number',
    ],
    ['steps.a.outputs.model.uri', '22 an artifact of kind model has no part "uri"'],
    ['json(steps.a.outputs.model)', '0 `json` does not take an artifact of kind model'],
    ['item[0]', '5 text has no parts by a whole number'],
    ['steps.a.outputs.names["x"]', '22 a list has no parts by text'],
    ['item.map(x, x)', '0 `map` wants a list or a map, but this is text'],
    ['range(3).filter(x, x)', '19 `filter` wants true or false, but this is a whole number'],
    ['{1: 2}', '1 the key of a map must be text, but this is a whole number'],
    ['{"a": 1, "a": 2}', '9 the key "a" is there twice'],
    ['{"constructor": 1}', '1 `constructor` cannot be the key of a map'],
    ['string([1])', '0 `string` takes text, a number or true or false'],
    ['[1].join(",")', '0 `join` takes a list of texts'],
    ['range(1.5)', '0 `range` does not take a number'],
    ['item.matches("(")', '13 "(" is not a regular expression: missing closing ): `(`'],
    [
      'item.matches("a(?=b)")',
      '13 "a(?=b)" is not a regular expression: invalid or unsupported Perl syntax: `(?=`',
    ],
    ['9007199254740992', '0 9007199254740992 is beyond 2^53 - 1, the largest whole number of JSON'],
    ['1u', '0 unsigned numbers and bytes are not supported, for JSON has none'],
    ['b"x"', '0 unsigned numbers and bytes are not supported, for JSON has none'],
    ['has(item)', '0 `has` takes one path, such as `has(steps.a.outputs.model)`'],
    ['range(3).all(x)', '0 `all` takes a name and a condition, such as `list.all(x, …)`'],
    ['contains(item, "x")', '0 `contains` is written `x.contains()`'],
    ['item.range()', '0 `range` is written `range(x)`'],
    ['', '0 the expression is empty'],
    ['   ', '0 the expression is empty'],
    ['1 +', '3 the expression ends too early'],
    ['(1', '2 the expression ends too early'],
    ['1 2', '2 `2` cannot stand here'],
    ['item = 1', '5 `=` cannot stand here'],
    ['"a', '0 the quote is never closed'],
    ['"\\q"', '1 invalid escape sequence: \\q'],
    ['if', '0 reserved identifier: if'],
    ['item; item', '4 `;` cannot stand here'],
  ])('%j: %s', (source, problem) => {
    expect(problemsOf(source)).toEqual([problem]);
  });

  it('is told with its remedy', () => {
    const remedies = (source: string) => compile(source).problems.map(({ remedy }) => remedy);
    expect(remedies('params.seed / 2')).toEqual([
      'write `double(a) / b` to keep it, or `int(double(a) / b)` to cut it off',
    ]);
    expect(remedies('"n" + 1')).toEqual(['write `string(…)` around what is no text']);
    expect(remedies('item = 1')).toEqual(['write `==` to compare']);
    expect(remedies('steps.a.outputs.model == 1')).toEqual(['an artifact can only be passed on']);
  });

  it('is one of several', () => {
    expect(problemsOf('(1 + "a") + ghost + (true - 1)').map((one) => one.slice(0, 3))).toEqual([
      '1 `',
      '12 ',
      '21 ',
    ]);
    expect(problemsOf(`[${'!1,'.repeat(50)}]`)).toHaveLength(20);
  });

  it.each([
    ['ghost', ['ghost'], 'variable', ['params', 'steps', 'item', 'index']],
    ['params.sead', ['params', 'sead'], 'part', ['seed', 'rate', 'mode', 'deep', 'any']],
    ['steps.b.outputs', ['steps', 'b'], 'part', ['a']],
    ['1.0 + steps["a"].outputs.acuracy', ['steps', 'a', 'outputs', 'acuracy'], 'part', [...'']],
    ['has(steps.a.outputs.ghost)', ['steps', 'a', 'outputs', 'ghost'], 'part', [...'']],
    ['range(1).map(x, y)', ['y'], 'variable', ['x', 'params', 'steps', 'item', 'index']],
    ['joni(item)', ['joni'], 'function', [...'']],
  ])('%s names what is not there, and what is', (source, path, of, known) => {
    const [problem] = compile(source).problems;
    expect(problem?.unknown).toMatchObject({ path, of });
    if (known.length > 0) expect(problem?.unknown?.known).toEqual(known);
    expect(problem?.unknown?.known.length).toBeGreaterThan(0);
  });
});

describe('limits of the text', () => {
  it.each([
    [
      '1 MB',
      `"${'a'.repeat(1_048_576)}"`,
      'the expression has 1048578 characters; 4096 are allowed',
    ],
    ['1 MB of brackets', '('.repeat(1_048_576), 'characters'],
    ['2,000 brackets', `${'('.repeat(2000)}1${')'.repeat(2000)}`, 'too large or too deep'],
    ['2,000 lists', `${'['.repeat(2000)}${']'.repeat(2000)}`, 'too large or too deep'],
    ['4,000 `!`', `${'!'.repeat(4000)}true`, 'too often in a row'],
    ['4,000 `-`, with spaces', `${'- '.repeat(2000)}1`, 'too often in a row'],
    ['2,000 terms', `1${'+1'.repeat(2000)}`, 'too large or too deep'],
    ['300 terms', `1${'+1'.repeat(300)}`, 'nests more than 128 levels'],
    ['800 branches', `${'true?1:'.repeat(500)}1`, 'too large or too deep'],
    ['60 dots', `params${'.a'.repeat(60)}`, 'too large or too deep'],
    ['1,500 elements', `[${'1,'.repeat(1500)}]`, 'too large or too deep'],
  ])('%s', (_, source, message) => {
    const { problems } = compileExpression(source, null);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toContain(message);
  });

  it('leave room for what people write', () => {
    expect(compile(`"${'-'.repeat(200)}" + string(- -1)`).problems).toEqual([]);
    expect(compile(`1${'+1'.repeat(100)}`).problems).toEqual([]);
    expect(compile(`${'('.repeat(40)}1${')'.repeat(40)}`).problems).toEqual([]);
  });
});

describe('references', () => {
  const referencesOf = (source: string): string[] =>
    compileExpression(source, null).references.map(
      ({ root, path, isOpen, offset }) =>
        `${offset} ${[root, ...path].join('.')}${isOpen ? '[…]' : ''}`,
    );

  it.each([
    ['params.seed', ['0 params.seed']],
    ['1 + 2', []],
    ['steps.a.outputs.model', ['0 steps.a.outputs.model']],
    ['steps["a"].outputs["model"]', ['0 steps.a.outputs.model']],
    [
      'steps.a.state == "failed" ? steps.a.error.code : item',
      ['0 steps.a.state', '28 steps.a.error.code', '49 item'],
    ],
    ['steps.a.outputs.list[index].name', ['0 steps.a.outputs.list[…]', '21 index']],
    ['steps[params.id].outputs', ['0 steps[…]', '6 params.id']],
    ['steps.a.outputs.list[0]["b"]', ['0 steps.a.outputs.list[…]']],
    ['has(steps.a.outputs.model)', ['4 steps.a.outputs.model']],
    ['size(steps)', ['5 steps']],
    [
      'steps.a.outputs.names.map(n, n + params.suffix)',
      ['0 steps.a.outputs.names', '33 params.suffix'],
    ],
    ['[1].map(params, params.a) + [params.b]', ['29 params.b']],
    ['[item].map(item, item)', ['1 item']],
    ['run.id + run.submittedBy + secrets.key', ['0 run.id', '9 run.submittedBy', '27 secrets.key']],
    ['{"a": matrix.x, item: iteration}', ['6 matrix.x', '16 item', '22 iteration']],
    ['split(item, ",")[0].size()', ['6 item']],
    ['params.a + params.a', ['0 params.a', '11 params.a']],
    ['!(-params.a < 1) || params.b in [params.c]', ['3 params.a', '20 params.b', '33 params.c']],
  ])('%s', (source, expected) => {
    expect(referencesOf(source)).toEqual(expected);
  });

  it('are found where the types are wrong too', () => {
    const { references, problems } = compile('steps.b.outputs.x + (1 - "a")');
    expect(problems).toHaveLength(2);
    expect(references).toMatchObject([{ root: 'steps', path: ['b', 'outputs', 'x'] }]);
  });
});
