import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { isTestFile } from '../../src/pipeline-test-name.ts';
import { PipelineErrors } from '../../src/errors.ts';
import { compilePlan, findFaults } from '../../src/plan/compile-plan.ts';
import type { Plan, Template } from '../../src/plan/plan.ts';
import { loadSpec } from '../../src/spec/load-spec.ts';
import { parseSpec } from '../../src/spec/parse-spec.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const VALID = path.join('test', 'fixtures', 'valid');

const compileFile = (...parts: string[]): Plan => compilePlan(loadSpec(path.join(ROOT, ...parts)));
const compile = (text: string, params = {}): Plan => compilePlan(parseSpec(text, 'p.yaml'), params);
const withOf = (plan: Plan, id: string): Template | undefined =>
  plan.steps.find((step) => step.id === id)?.with;

function errorsOf(text: string, params: Record<string, unknown>): string[] {
  try {
    compile(text, params);
    return [];
  } catch (error) {
    if (!(error instanceof PipelineErrors)) throw error;
    return error.errors.map(({ code, location: at }) =>
      at ? `${at.line}:${at.column} ${code}` : code,
    );
  }
}

describe('every pipeline of the repository', () => {
  const files = readdirSync(path.join(ROOT, 'pipelines')).filter(
    (name) => name.endsWith('.yaml') && !isTestFile(name),
  );
  it.each(files)('pipelines/%s compiles', (name) => {
    const plan = compileFile('pipelines', name);
    expect(plan.pipeline).toBe(name.replace('.yaml', ''));
    expect(plan.steps.length).toBeGreaterThan(0);
  });
});

describe('a compiled plan', () => {
  const plan = compileFile(VALID, 'everything.yaml');

  it('has parameters and defaults put in, and whatever is known folded', () => {
    expect(withOf(plan, 'data')).toEqual({
      literal: {
        source: 'a.csv',
        target: 'y',
        features: [
          {
            type: 'image',
            columns: ['a', 'b', 'c', 'd'],
            shape: [2, 2, 1],
            range: [0, 255],
            scale: 'standard',
          },
        ],
        split: { train: 0.6, validation: 0.2, test: 0.2, stratify: true, seed: 0 },
      },
    });
    expect(withOf(plan, 'keep')).toEqual({
      map: {
        model: { ref: { step: 'fit', path: ['model'] } },
        name: { literal: 'model-nightly' },
        metrics: {
          map: {
            loss: { ref: { step: 'fit', path: ['metrics', 'validationLoss'] } },
            epochs: { ref: { step: 'fit', path: ['epochs'] } },
          },
        },
        alias: { literal: 'production' },
        afterRollBack: { literal: 'keep' },
      },
    });
  });

  it('has outputs whose text is joined where it is known', () => {
    expect(plan.outputs).toEqual({
      version: { ref: { step: 'keep', path: ['version'] } },
      text: {
        concat: [
          { literal: 'nightly ran ' },
          { ref: { step: 'fit', path: ['epochs'] } },
          { literal: ' of 3 epochs' },
        ],
      },
      fixed: { literal: { a: [1, null, true] } },
    });
  });

  it('has times in milliseconds: of the step, else of the pipeline, else the usual ones', () => {
    const [data, , fit] = plan.steps;
    expect(data).toMatchObject({
      timeoutMs: 7_200_000,
      heartbeatMs: 15_000,
      retry: {
        attempts: 5,
        backoffMs: 500,
        maxIntervalMs: 120_000,
        nonRetryable: ['TRAINING_DIVERGED'],
      },
    });
    expect(fit).toMatchObject({
      id: 'fit',
      timeoutMs: 604_800_000,
      heartbeatMs: 60_000,
      retry: { attempts: 1, backoffMs: 500 },
    });
    expect(compileFile(VALID, 'minimal.yaml').steps[0]).toMatchObject({
      timeoutMs: 3_600_000,
      heartbeatMs: 10_000,
      retry: { attempts: 3, backoffMs: 1_000, maxIntervalMs: 60_000, nonRetryable: [] },
    });
  });

  it('orders steps by what they need, which references and `needs` say together', () => {
    const { steps } = compileFile(VALID, 'order-of-file-is-not-order-of-run.yaml');
    expect(steps.map(({ id, needs }) => [id, needs])).toEqual([
      ['first', []],
      ['middle', ['first']],
      ['last', ['first', 'middle']],
    ]);
    expect(plan.steps.find(({ id }) => id === 'fit')?.needs).toEqual(['data', 'net']);
  });

  it('has a digest of its content, not of comments, layout or key order', () => {
    const text = readFileSync(path.join(ROOT, VALID, 'minimal.yaml'), 'utf8');
    const { digest, ...rest } = compile(text);
    const sorted = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(sorted);
      if (value === null || typeof value !== 'object') return value;
      return Object.fromEntries(
        Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, item]) => [key, sorted(item)]),
      );
    };
    const hash = createHash('sha256')
      .update(JSON.stringify(sorted(rest)))
      .digest('hex');
    expect(digest).toBe(hash);
    const other = `# a comment\nsteps: {data: {with: {target: y, "source": a.csv}, uses: dataset}}\nname: x\n`;
    expect(compile(other).digest).toBe(digest);
    expect(compile(text.replace('a.csv', 'b.csv')).digest).not.toBe(digest);
  });

  it('compiles 1,000 chained steps, linearly', () => {
    const text = [
      'name: big\nsteps:\n  data: { uses: dataset, with: { source: a, target: b } }',
      "  net: { uses: architect, with: { dataset: '${{ steps.data.outputs.dataset }}', family: mlp } }",
      ...Array.from({ length: 998 }, (_, i) => {
        const epochs = i === 0 ? 'steps.net.outputs.parameters' : `steps.t${i - 1}.outputs.epochs`;
        return `  t${i}:\n    uses: train\n    with:\n      architecture: \${{ steps.net.outputs.architecture }}\n      dataset: \${{ steps.data.outputs.dataset }}\n      epochs: \${{ ${epochs} }}`;
      }),
    ].join('\n');
    const spec = parseSpec(text, 'big.yaml');
    const started = performance.now();
    expect(compilePlan(spec).steps).toHaveLength(1_000);
    // 50 ms warm and 150 ms cold, measured on 2 cores; quadratic work would take far longer.
    expect(performance.now() - started).toBeLessThan(3_000);
  });
});

const PARAMS = `name: x
params:
  epochs: { type: integer, minimum: 1, maximum: 9 }
  rate: { type: number, default: 0.5 }
  on: { type: boolean, default: false }
  label: { type: string, default: a, enum: [a, b] }
steps:
  data: { uses: dataset, with: { source: '\${{ params.label }}', target: y } }
outputs: { epochs: '\${{ params.epochs }}', all: '\${{ params.rate }} \${{ params.on }}' }
`;

describe('parameters of a run', () => {
  it('are coerced from text to their type', () => {
    const { params, outputs } = compile(PARAMS, {
      epochs: '7',
      rate: '1e-3',
      on: 'true',
      label: 'b',
    });
    expect(params).toEqual({ epochs: 7, rate: 0.001, on: true, label: 'b' });
    expect(outputs['epochs']).toEqual({ literal: 7 });
    expect(outputs['all']).toEqual({ literal: '0.001 true' });
  });

  it('may be given as values of their type', () => {
    expect(compile(PARAMS, { epochs: 7, on: true }).params).toMatchObject({ epochs: 7, on: true });
  });

  it.each([
    ['missing', {}, '3:3 PARAM_MISSING'],
    ['unknown', { epochs: 1, epoch: 2 }, 'PARAM_UNKNOWN'],
    ['unknown though every object inherits it', { epochs: 1, ['toString']: 2 }, 'PARAM_UNKNOWN'],
    ['too small', { epochs: '0' }, '3:3 PARAM_INVALID'],
    ['too large', { epochs: '10' }, '3:3 PARAM_INVALID'],
    ['no whole number', { epochs: '1.5' }, '3:3 PARAM_INVALID'],
    ['no number', { epochs: '0x2' }, '3:3 PARAM_INVALID'],
    ['empty', { epochs: '' }, '3:3 PARAM_INVALID'],
    ['not finite', { epochs: 1, rate: '1e999' }, '4:3 PARAM_INVALID'],
    ['no truth value', { epochs: 1, on: 'yes' }, '5:3 PARAM_INVALID'],
    ['not in the list', { epochs: 1, label: 'c' }, '6:3 PARAM_INVALID'],
    ['of another type', { epochs: 1, label: 5 }, '6:3 PARAM_INVALID'],
    ['null', { epochs: null }, '3:3 PARAM_INVALID'],
  ])('are refused when %s', (_, params, expected) => {
    expect(errorsOf(PARAMS, params)).toEqual([expected]);
  });

  it('are never read as expressions', () => {
    const text = PARAMS.replace(', enum: [a, b]', '');
    const plan = compile(text, { epochs: 1, label: '${{ steps.data.outputs.fingerprint }}' });
    expect(withOf(plan, 'data')).toMatchObject({
      literal: { source: '${{ steps.data.outputs.fingerprint }}' },
    });
    expect(plan.steps[0]?.needs).toEqual([]);
  });

  it('are held against the schema of the step, at the place that uses them', () => {
    const text = `name: x
params: { test: { type: number, default: 0.2 } }
steps:
  data:
    uses: dataset
    with:
      source: a.csv
      target: y
      split: { test: '\${{ params.test }}' }
`;
    expect(errorsOf(text, { test: '2' })).toEqual(['9:22 SPEC_INVALID']);
    expect(errorsOf(text, { test: '0.3' })).toEqual(['9:7 SPEC_INVALID']);
    expect(errorsOf(text, {})).toEqual([]);
  });

  it('that every run must give are no fault of the file', () => {
    expect(findFaults(parseSpec(PARAMS, 'p.yaml'))).toEqual([]);
  });
});

describe('expressions', () => {
  const withOutput = (source: string): string =>
    `name: x\nsteps:\n  data: { uses: dataset, with: { source: a, target: y } }\noutputs:\n  a: \${{ ${source} }}\n`;

  it.each([
    ['params.a.b', '5:6 EXPRESSION_INVALID'],
    ['steps.data.output.fingerprint', '5:6 EXPRESSION_INVALID'],
    ['steps.data.outputs.layers[0]', '5:29 OUTPUT_UNKNOWN'],
    ['steps.data.outputs.rows + 1', '5:10 TYPE_MISMATCH'],
    ['steps.data.outputs.dataset.uri', '5:6 TYPE_MISMATCH'],
    ['process.exit()', '5:10 EXPRESSION_INVALID'],
    ['constructor.constructor("return 1")()', '5:45 EXPRESSION_INVALID'],
    ['steps..outputs.a', '5:16 EXPRESSION_INVALID'],
    ['steps.data.outputs.fingerprint; 1', '5:40 EXPRESSION_INVALID'],
  ])('%s is none', (source, expected) => {
    expect(errorsOf(withOutput(source), {})).toEqual([expected]);
  });

  it.each([
    ['steps.data.outputs', { expression: 'steps.data.outputs' }],
    ['steps.data.state', { expression: 'steps.data.state' }],
    ['steps["data"].outputs.fingerprint', { expression: 'steps["data"].outputs.fingerprint' }],
    [
      'steps.data.outputs.fingerprint + "x"',
      { expression: 'steps.data.outputs.fingerprint + "x"' },
    ],
    ['1 + 2 * 3', { literal: 7 }],
    ['{"a": [1, true, null]}', { literal: { a: [1, true, null] } }],
  ])('%s is one', (source, expected) => {
    const text = withOutput(`${source}`).replace(/a: (\$\{\{.*\}\})\n/, "a: '$1'\n");
    expect(compile(text).outputs['a']).toEqual(expected);
  });

  it('may have spaces around names', () => {
    const text = `name: x\nsteps:\n  data: { uses: dataset, with: { source: a, target: y } }\noutputs: { a: '\${{steps . data.outputs.rows.train}}' }\n`;
    expect(compile(text).outputs['a']).toEqual({ ref: { step: 'data', path: ['rows', 'train'] } });
  });
});
