import { performance } from 'node:perf_hooks';
import fc from 'fast-check';
import { type PipelineError, PipelineErrors, renderError } from '../../src/errors.ts';
import { compilePlan, findFaults } from '../../src/plan/compile-plan.ts';
import { parseSpec } from '../../src/spec/parse-spec.ts';

function faultsOf(text: string): readonly PipelineError[] {
  try {
    return findFaults(parseSpec(text, 'p.yaml'));
  } catch (error) {
    if (error instanceof PipelineErrors) return error.errors;
    throw error;
  }
}

const lines = (text: string): string[] => faultsOf(text).map(renderError);

describe('what a person reads', () => {
  it('is said once, however many branches of a rule ask for it', () => {
    const text = 'name: x\nparams: { n: { type: list, items: { type: integer } } }\nsteps: {}\n';
    const said = lines(text).filter((line) => line.includes('params.n.items'));
    expect(said.length).toBeGreaterThan(0);
    expect(new Set(said).size).toBe(said.length);
  });

  it('says where, what rule, what was found and how to mend it', () => {
    const text = `name: x
steps:
  explain:
    uses: explain
    with:
      modle: 1
      dataset: digits
      limit: 501
      method: kernal-shap
`;
    expect(lines(text)).toEqual([
      'p.yaml:5:5 step "explain": `model` is missing; add the key `model` [SPEC_MISSING_KEY]',
      'p.yaml:6:7 step "explain": "modle" is not a known key; did you mean "model"? [SPEC_UNKNOWN_KEY]',
      'p.yaml:7:16 step "explain": `dataset` wants an artifact, not "digits"; name the step that makes it, such as ${{ steps.<id>.outputs.<name> }} [SPEC_INVALID]',
      'p.yaml:8:14 step "explain": `limit` must be <= 500, not 501 [SPEC_INVALID]',
      'p.yaml:9:15 step "explain": `method` must be one of auto, exact-shap, kernel-shap, permutation-shap, lime, integrated-gradients, passage-shap, expected-gradients, saliency, smoothgrad, grad-cam, occlusion, counterfactual, anchors, not "kernal-shap"; did you mean "kernel-shap"? [SPEC_INVALID]',
    ]);
  });

  it('is everything at once: faults of reading, of the schema and of compiling, by place', () => {
    const text = `name: Bad Name
name: again
secrets: {}
steps:
  a:
    uses: train
    needs: [ghost]
    with:
      architecture: \${{ steps.b.outputs.dataset }}
      dataset: \${{ steps.b.outputs.dataset }}
      epochs: \${{ 1 + }}
  b:
    uses: dataset
    with: { source: a.csv, target: y, split: { train: 0.9 } }
outputs:
  huge: 9007199254740993
`;
    expect(faultsOf(text).map(({ code, location }) => `${location?.line} ${code}`)).toEqual([
      '1 SPEC_INVALID',
      '2 SPEC_DUPLICATE_KEY',
      '7 STEP_UNKNOWN',
      '9 TYPE_MISMATCH',
      '11 EXPRESSION_INVALID',
      '14 SPEC_INVALID',
      '16 SPEC_UNSAFE_INTEGER',
    ]);
  });

  it('names the feature that is not built yet', () => {
    const review = '{ uses: human-review, with: { onTimeout: escalate } }';
    const found = faultsOf(`name: x\nsteps:\n  a: ${review}\n`);
    const error = found.find(({ code }) => code === 'SPEC_UNSUPPORTED');
    expect(error?.location).toMatchObject({ line: 3 });
    expect(error?.message).toContain('"escalate" is not built yet');
  });

  it('tells only the first of the faults that yaml does not recover from, and the usual mend', () => {
    const text = 'name: x\nsteps:\n  a: { uses: ${{ params.x }}, with: { b: 1 } }\n';
    const [first, ...others] = faultsOf(text);
    expect(first?.code).toBe('SPEC_SYNTAX');
    expect(others.length).toBeLessThanOrEqual(1);
    expect(lines(text).join('\n')).toContain("needs quotes: '${{ … }}'");
  });
});

describe('a value that holds an expression', () => {
  it('may stand anywhere in `with`, and is not held against the schema', () => {
    const text = `name: x
params: { n: { type: integer }, kind: { type: string } }
steps:
  data: { uses: dataset, with: { source: a.csv, target: y } }
  net:
    uses: architect
    with:
      dataset: \${{ steps.data.outputs.dataset }}
      family: layers
      layers:
        - { type: dense, units: '\${{ params.n }}' }
        - { type: '\${{ params.kind }}' }
`;
    expect(lines(text)).toEqual([]);
  });

  it('does not hide what is wrong beside it', () => {
    const text = `name: x
params: { n: { type: integer } }
steps:
  data: { uses: dataset, with: { source: '\${{ params.n }}', target: y, split: { seed: '\${{ params.n }}', train: 2 } } }
`;
    expect(faultsOf(text).map(({ message }) => message)).toEqual([
      'step "data": `split.train` must be <= 1, not 2',
    ]);
  });
});

/** `[what, text, code]`; each must be refused fast and leave the process alive. */
const HOSTILE: readonly (readonly [string, string, string])[] = [
  ['65 nested lists', '['.repeat(65), 'SPEC_LIMIT'],
  ['5 kB of [', '['.repeat(5_000), 'SPEC_LIMIT'],
  ['1 MB of [', '['.repeat(1_000_000), 'SPEC_LIMIT'],
  ['1 MB of {', '{'.repeat(1_000_000), 'SPEC_LIMIT'],
  ['deep compact lists', '- '.repeat(500_000), 'SPEC_LIMIT'],
  ['deep explicit keys', '? '.repeat(500_000), 'SPEC_LIMIT'],
  [
    'deep indentation',
    Array.from({ length: 1_000 }, (_, i) => `${' '.repeat(i)}k:`).join('\n'),
    'SPEC_LIMIT',
  ],
  ['80,000 keys', Array.from({ length: 80_000 }, (_, i) => `k${i}: 1`).join('\n'), 'SPEC_LIMIT'],
  [
    '80,000 keys in one flow map',
    `{${Array.from({ length: 80_000 }, (_, i) => `k${i}`).join(',')}}`,
    'SPEC_LIMIT',
  ],
  ['more than 1 MB', '#'.repeat(1_048_577), 'SPEC_LIMIT'],
  ['more than 1 MB in bytes only', '€'.repeat(400_000), 'SPEC_LIMIT'],
  ['500,000 tokens', '# \n'.repeat(300_000), 'SPEC_LIMIT'],
  ['380,000 commas', `[${','.repeat(380_000)}]`, 'SPEC_SYNTAX'],
  [
    'an alias bomb',
    ['a: &a [x, x]']
      .concat(
        Array.from('bcdefghi', (c, i) => `${c}: &${c} [*${'abcdefgh'[i]}, *${'abcdefgh'[i]}]`),
      )
      .join('\n'),
    'SPEC_ALIAS',
  ],
  ['an unclosed text of 1 MB', `a: "${'x\n'.repeat(500_000)}`, 'SPEC_SYNTAX'],
  [
    'a list of 1 MB expressions',
    `name: x\noutputs:\n  a: "${'${{'.repeat(300_000)}"`,
    'EXPRESSION_INVALID',
  ],
];

describe('hostile input', () => {
  it.each(HOSTILE)('%s is refused with a code and a place', (_, text, code) => {
    const started = performance.now();
    const errors = faultsOf(text);
    const elapsedMs = performance.now() - started;
    expect(errors.map((error) => error.code)).toContain(code);
    expect(errors.length).toBeLessThanOrEqual(100);
    expect(errors.every(({ location: at }) => at && at.line >= 1 && at.column >= 1)).toBe(true);
    // Quadratic work on these would take minutes.
    expect(elapsedMs).toBeLessThan(10_000);
  });

  it('prototype keys change nothing anywhere', () => {
    for (const key of ['__proto__', 'constructor', 'prototype']) {
      const text = `name: x\n${key}: { polluted: 1 }\nsteps:\n  a: { uses: dataset, with: { ${key}: { polluted: 1 }, source: a, target: y } }\n`;
      expect(faultsOf(text).map(({ code }) => code)).toEqual([
        'SPEC_FORBIDDEN_KEY',
        'SPEC_FORBIDDEN_KEY',
      ]);
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    }
  });

  it('64 levels are not too deep', () => {
    const text = `name: x\nsteps: {}\noutputs:\n  a: ${'['.repeat(62)}${']'.repeat(62)}\n`;
    expect(faultsOf(text).map(({ code }) => code)).not.toContain('SPEC_LIMIT');
    const deeper = `name: x\nsteps: {}\noutputs:\n  a: ${'['.repeat(63)}${']'.repeat(63)}\n`;
    expect(faultsOf(deeper).map(({ code }) => code)).toEqual(['SPEC_LIMIT']);
  });
});

describe('any text at all', () => {
  const word = fc.constantFrom(
    ...'name,steps,params,with,uses,needs,outputs,train,dataset,mlp,a,b,type,default'.split(','),
    ...[
      "''",
      '"\\u0041"',
      '~',
      '1',
      '-1.5e3',
      'true',
      '${{ params.a }}',
      '${{ steps.a.outputs.b }}',
    ],
    ...[
      '"${{"',
      '}}',
      '[',
      ']',
      '{',
      '}',
      ':',
      ': ',
      '- ',
      '? ',
      ', ',
      '\n',
      '\n  ',
      '\n    ',
      '|',
      '>',
    ],
    ...['&a', '*a', '!t', '<<', '__proto__', '---', '...', '%YAML', '#', '\t', '\0', '\u2028', '𝕏'],
  );
  const soup = fc.array(word, { maxLength: 60 }).map((words) => words.join(''));
  const json = fc.jsonValue({ maxDepth: 5 }).map((value) => JSON.stringify(value, null, 1));
  const nearly = fc
    .tuple(fc.nat({ max: 400 }), fc.nat({ max: 12 }), word)
    .map(([at, cut, put]) => GOOD.slice(0, at) + put + GOOD.slice(at + cut));

  it('compiles or throws PipelineErrors, each with a line and a column from 1', () => {
    fc.assert(
      fc.property(fc.oneof(soup, json, nearly, fc.string()), (text) => {
        try {
          compilePlan(parseSpec(text, 'fuzz.yaml'));
        } catch (error) {
          if (!(error instanceof PipelineErrors)) throw error;
          expect(error.errors.length).toBeGreaterThan(0);
          for (const { location: at } of error.errors) {
            expect(at?.line).toBeGreaterThanOrEqual(1);
            expect(at?.column).toBeGreaterThanOrEqual(1);
          }
        }
      }),
      { numRuns: 1_000, seed: 20_260_101 },
    );
  });
});

const GOOD = `name: good
params:
  epochs: { type: integer, default: 3, minimum: 1 }
steps:
  data:
    uses: dataset
    with: { source: a.csv, target: y }
  net:
    uses: architect
    with: { dataset: '\${{ steps.data.outputs.dataset }}', family: mlp }
  fit:
    uses: train
    with:
      architecture: \${{ steps.net.outputs.architecture }}
      dataset: \${{ steps.data.outputs.dataset }}
      epochs: \${{ params.epochs }}
`;
