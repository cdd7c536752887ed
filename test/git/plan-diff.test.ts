import { diffPlans } from '../../src/git/plan-diff.ts';
import { compilePlan } from '../../src/plan/compile-plan.ts';
import { parseSpec } from '../../src/spec/parse-spec.ts';

const plan = (text: string) => compilePlan(parseSpec(text, 'p.yaml'));

const BEFORE = `name: x
params: { n: { type: integer, default: 1 } }
secrets: { token: { env: TOKEN } }
concurrency: { group: g, limit: 1 }
steps:
  a: { uses: values, with: { n: 1 } }
  b:
    uses: values
    foreach: { items: [1, 2], parallel: 2 }
    with: { n: '\${{ item + steps.a.outputs.n }}' }
  c:
    uses: values
    after: [b]
    with: { n: 1 }
finally:
  last: { uses: values, with: { n: 1 } }
`;

const diff = (after: string) => diffPlans(plan(BEFORE), plan(after), new Set());
const paths = (after: string) =>
  diff(after).changed.map(({ step, values }) => [step.id, values.map(({ path }) => path)]);

describe('new data', () => {
  const reading = (source: string) =>
    plan(`name: x
steps:
  data: { uses: dataset, with: { source: '${source}', target: y } }
`);

  it.each([
    ['data/x-1.csv', ['data']],
    ['./data/x-1.csv', ['data']],
    ['data/x-*.csv', ['data']],
    ['data/y-*.csv', []],
    ['*.csv', []],
  ])('at data/x-1.csv affects %j: %j', (source, affected) => {
    const same = reading(source);
    expect(diffPlans(same, same, new Set(['data/x-1.csv'])).affected).toEqual(affected);
  });
});

describe('what a new plan changes', () => {
  it('is nothing where nothing changed', () => {
    const { changed, settings, added, removed, affected } = diff(`${BEFORE}# a comment\n`);
    expect([changed, settings, added, removed, affected].flat()).toEqual([]);
  });

  it('is told of the pipeline as a whole', () => {
    const { settings } = diff(
      `${BEFORE.replace('limit: 1', 'limit: 3').replace('env: TOKEN', 'env: OTHER')}priority: 1\n`,
    );
    expect(settings).toEqual([
      { path: 'concurrency.limit', before: '1', after: '3' },
      { path: 'priority', before: null, after: '1' },
      { path: 'secrets.token.env', before: 'TOKEN', after: 'OTHER' },
    ]);
  });

  it('is told of every key of a step, expressions as they are written', () => {
    expect(diff(BEFORE.replace('item + steps', 'item * steps')).changed[0]?.values).toEqual([
      {
        path: 'with.n',
        before: '${{ item + steps.a.outputs.n }}',
        after: '${{ item * steps.a.outputs.n }}',
      },
    ]);
    expect(paths(BEFORE.replace('parallel: 2', 'parallel: 3'))).toEqual([
      ['b', ['foreach.parallel']],
    ]);
    expect(paths(BEFORE.replace('after: [b]', 'needs: [b]'))).toEqual([['c', ['after', 'needs']]]);
    expect(
      paths(BEFORE.replace('after: [b]', 'after: [b]\n    when: steps.a.outputs.n > 1')),
    ).toEqual([['c', ['needs', 'when']]]);
    const undo = 'after: [b]\n    compensate: { uses: delay, with: { for: 1s } }';
    expect(paths(BEFORE.replace('after: [b]', undo))[0]?.[1]).toContain('compensate.with.for');
    expect(paths(BEFORE.replace('finally:', 'onFailure:'))).toEqual([['last', ['stands in']]]);
  });

  it('affects what comes after, and not where only the pace is another', () => {
    expect(
      diff(
        BEFORE.replace(
          'a: { uses: values, with: { n: 1 } }',
          'a: { uses: values, with: { n: 2 } }',
        ),
      ).affected,
    ).toEqual(['a', 'b', 'c']);
    expect(diff(BEFORE.replace('parallel: 2', 'parallel: 3')).affected).toEqual([]);
    expect(diff(BEFORE.replace('[1, 2]', '[1, 2, 3]')).affected).toEqual(['b', 'c']);
  });
});
