import { compileExpression } from '../../../src/plan/cel/compile-expression.ts';
import { parseText } from '../../../src/plan/cel/parse-text.ts';

const partsOf = (
  text: string,
): (string | { at: number; source: string } | { at: number; wrong: string })[] =>
  parseText(text, null).map((part) => {
    if ('text' in part) return part.text;
    if ('problem' in part) return { at: part.problem.offset, wrong: part.problem.message };
    return { at: part.offset, source: part.expression.source };
  });

describe('parseText', () => {
  it.each([
    ['', []],
    ['plain } text }} of "quotes', ['plain } text }} of "quotes']],
    ['${{ params.a }}', [{ at: 0, source: 'params.a' }]],
    ['${{params.a}}', [{ at: 0, source: 'params.a' }]],
    [
      "it's ${{ a }}, ${{ b }}!",
      ["it's ", { at: 5, source: 'a' }, ', ', { at: 15, source: 'b' }, '!'],
    ],
    ['${{ "}}" }}', [{ at: 0, source: '"}}"' }]],
    ["${{ '}}' + \"'}}\" }}", [{ at: 0, source: "'}}' + \"'}}\"" }]],
    ['${{ "\\"}}" }}', [{ at: 0, source: '"\\"}}"' }]],
    ['${{ """a"}}"b""" }}', [{ at: 0, source: '"""a"}}"b"""' }]],
    ['${{ {"a": {"b": 1}} }}', [{ at: 0, source: '{"a": {"b": 1}}' }]],
    ['${{ {"a": {"b": 1}}}}', [{ at: 0, source: '{"a": {"b": 1}}' }]],
    [
      '${{ {"a": {}}}}${{ b }}',
      [
        { at: 0, source: '{"a": {}}' },
        { at: 15, source: 'b' },
      ],
    ],
    ['${{ a // }} here\n + b', [{ at: 0, source: 'a //' }, ' here\n + b']],
    ["${{ a // it's\n + b }}", [{ at: 0, source: "a // it's\n + b" }]],
    ['${{ "${{" }}', [{ at: 0, source: '"${{"' }]],
    ['x${{ a', ['x', { at: 1, wrong: '`${{` has no `}}`' }]],
    ['x${{ "a }}', ['x', { at: 1, wrong: '`${{` has no `}}`' }]],
    [
      '${{ a }} ${{ {"b": 1 }}',
      [{ at: 0, source: 'a' }, ' ', { at: 9, wrong: '`${{` has no `}}`' }],
    ],
    ['$${{ a }}}', ['$', { at: 1, source: 'a' }, '}']],
  ])('%j', (text, expected) => {
    expect(partsOf(text)).toEqual(expected);
  });

  it('puts the text together again', () => {
    const text = 'a ${{ b }}${{ "}}" }} c';
    const whole = parseText(text, null)
      .map((part) =>
        'text' in part
          ? part.text
          : 'expression' in part
            ? `\${{ ${part.expression.source} }}`
            : '',
      )
      .join('');
    expect(whole).toBe(text);
  });

  it('counts expressions, and places their faults in the text', () => {
    const parts = parseText('é ${{ 1 }} ${{   2 + "a" }} ${{ steps.a }}', new Map());
    const expressions = parts.flatMap((part) => ('expression' in part ? [part] : []));
    expect(expressions.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(expressions[1]?.expression.problems[0]?.offset).toBe(17);
    expect(expressions[2]?.expression.references[0]?.offset).toBe(32);
    expect(expressions[1]?.expression.source).toBe('2 + "a"');
  });

  it('says which quote is open', () => {
    const [part] = parseText('${{ a + "b }}', null);
    expect(part && 'problem' in part ? part.problem.remedy : '').toContain('opens 8 characters on');
  });

  it('compiles as compileExpression does', () => {
    const [part] = parseText('${{ params.a > 1 }}', null);
    const { type, problems } = compileExpression('params.a > 1', null);
    expect(part).toMatchObject({ expression: { type, problems } });
  });

  it('takes as long for `${{` again and again as for one', () => {
    expect(parseText('${{'.repeat(300_000), null)).toHaveLength(1);
    expect(parseText('${{ "'.repeat(200_000), null)).toHaveLength(1);
  });
});
