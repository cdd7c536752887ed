import { PipelineErrors } from '../../src/errors.ts';
import { compilePlan, compileWithSources, findFaults } from '../../src/plan/compile-plan.ts';
import type { LoadPipeline } from '../../src/plan/child-pipelines.ts';
import { parseSpec } from '../../src/spec/parse-spec.ts';

const notFound = () => new PipelineErrors([]);

/** Pipelines by path, as a project holds them. */
const project =
  (files: Readonly<Record<string, string>>): LoadPipeline =>
  (file) => {
    const text = files[file];
    if (text === undefined) throw notFound();
    return parseSpec(text, file);
  };

const runs = (name: string, ...files: string[]): string =>
  [
    `name: ${name}`,
    'steps:',
    '  own: { uses: values, with: { n: 1 } }',
    ...files.map((file, i) => `  s${i}: { uses: pipeline, with: { file: ${file} } }`),
  ].join('\n');

const LEAF = 'name: leaf\nsteps: { v: { uses: values, with: { n: 1 } } }\n';

function told(text: string, files: Readonly<Record<string, string>>): string[] {
  return findFaults(parseSpec(text, 'main.yaml'), { load: project(files) }).map(
    ({ code, location: at }) => `${at?.file}:${at?.line}:${at?.column} ${code}`,
  );
}

describe('pipelines that a pipeline runs', () => {
  it('are embedded, those that they run too', () => {
    const files = { 'a.yaml': runs('a', 'b.yaml'), 'b.yaml': LEAF };
    const plan = compilePlan(
      parseSpec(runs('x', 'a.yaml'), 'x.yaml'),
      {},
      { load: project(files) },
    );
    expect(plan.pipelines).toEqual({
      'a.yaml': { text: files['a.yaml'] },
      'b.yaml': { text: LEAF },
    });
  });

  it('change the digest of the plan', () => {
    const digest = (leaf: string): string =>
      compilePlan(
        parseSpec(runs('x', 'a.yaml'), 'x.yaml'),
        {},
        {
          load: project({ 'a.yaml': leaf }),
        },
      ).digest;
    expect(digest(LEAF)).not.toBe(digest(LEAF.replace('n: 1', 'n: 2')));
  });

  it('have their faults told in their own file, once, after those of the first', () => {
    const files = {
      'a.yaml': `name: a\nsteps:\n  v: { uses: values, with: { n: '\${{ steps.w.outputs.n }}' } }\n`,
      'b.yaml': 'name: b\nsteps: [\n',
    };
    const text = `${runs('x', 'b.yaml', 'a.yaml', 'a.yaml')}\noutputs: { n: '\${{ steps.z }}' }\n`;
    expect(told(text, files)).toEqual([
      'main.yaml:7:16 STEP_UNKNOWN',
      'a.yaml:3:34 STEP_UNKNOWN',
      'b.yaml:3:1 SPEC_SYNTAX',
    ]);
  });

  it('may not run each other in a circle', () => {
    const files = { 'a.yaml': runs('a', 'b.yaml'), 'b.yaml': runs('b', 'a.yaml') };
    expect(told(runs('x', 'a.yaml'), files)).toEqual(['b.yaml:4:39 CYCLE']);
  });

  it('may run each other eight levels deep, also where the last of them are known already', () => {
    const chain = (length: number): Record<string, string> =>
      Object.fromEntries(
        Array.from({ length }, (_, i) => [
          `l${i}.yaml`,
          i + 1 < length ? runs(`l${i}`, `l${i + 1}.yaml`) : LEAF,
        ]),
      );
    expect(told(runs('x', 'l0.yaml'), chain(8))).toEqual([]);
    expect(told(runs('x', 'l0.yaml'), chain(9))).toEqual(['l7.yaml:4:39 SPEC_LIMIT']);
    const detour = { ...chain(8), 'd.yaml': runs('d', 'l0.yaml') };
    expect(told(runs('x', 'l0.yaml', 'd.yaml'), detour)).toEqual(['d.yaml:4:39 SPEC_LIMIT']);
  });

  it('are not compiled without end, however they multiply', () => {
    const wide = (next: string): string =>
      `name: w\nparams: { n: { type: integer, default: 0 } }\nsteps:\n${Array.from(
        { length: 10 },
        (_, i) =>
          `  s${i}: { uses: pipeline, with: { file: ${next}, params: { n: '\${{ params.n * 10 + ${i} }}' } } }\n`,
      ).join('')}`;
    const leaf = `name: w\nparams: { n: { type: integer, default: 0 } }\nsteps: { v: { uses: values, with: { n: 1 } } }\n`;
    const files = {
      'a.yaml': wide('b.yaml'),
      'b.yaml': wide('c.yaml'),
      'c.yaml': wide('d.yaml'),
      'd.yaml': leaf,
    };
    const found = told(runs('x', 'a.yaml'), files);
    expect(found.length).toBeGreaterThan(0);
    expect(found.every((line) => line.endsWith('SPEC_LIMIT'))).toBe(true);
  });

  it('may not be more text than a plan holds', () => {
    const long = `${LEAF}# ${'x'.repeat(700_000)}\n`;
    expect(told(runs('x', 'a.yaml'), { 'a.yaml': long })).toEqual([]);
    expect(told(runs('x', 'a.yaml', 'b.yaml'), { 'a.yaml': long, 'b.yaml': long })).toEqual([
      'main.yaml:5:39 SPEC_LIMIT',
    ]);
  });

  it('are held against the values that they are given', () => {
    const child = `name: c
params: { n: { type: integer, maximum: 3 } }
steps:
  data: { uses: dataset, with: { source: a.csv, target: y } }
  net: { uses: architect, with: { dataset: '\${{ steps.data.outputs.dataset }}', family: mlp } }
  fit:
    uses: train
    with:
      architecture: \${{ steps.net.outputs.architecture }}
      dataset: \${{ steps.data.outputs.dataset }}
      epochs: \${{ params.n }}
`;
    const text = (n: string): string =>
      `name: x\nsteps:\n  v: { uses: values, with: { n: 1 } }\n  a: { uses: pipeline, with: { file: c.yaml, params: { n: ${n} } } }\n`;
    expect(told(text('1'), { 'c.yaml': child })).toEqual([]);
    expect(told(text("'${{ steps.v.outputs.n }}'"), { 'c.yaml': child })).toEqual([]);
    expect(told(text('4'), { 'c.yaml': child })).toEqual(['main.yaml:4:59 PARAM_INVALID']);
    // Its own bounds allow it; the step that takes it does not.
    expect(told(text('0'), { 'c.yaml': child })).toEqual(['c.yaml:11:15 SPEC_INVALID']);
  });

  it('name the data files that the run reads', () => {
    const child = `name: c\nparams: { f: { type: string, default: d } }\nsteps: { data: { uses: dataset, with: { source: 'data/\${{ params.f }}.csv', target: y } } }\n`;
    const text = `name: x\nsteps:\n  own: { uses: dataset, with: { source: own.csv, target: y } }\n  a: { uses: pipeline, with: { file: c.yaml, params: { f: given } } }\n`;
    const load = project({ 'c.yaml': child });
    expect([...compileWithSources(parseSpec(text, 'x.yaml'), {}, { load }).sources].sort()).toEqual(
      ['data/given.csv', 'own.csv'],
    );
  });
});
