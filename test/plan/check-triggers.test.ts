import type { PipelineError } from '../../src/errors.ts';
import { compilePlan, findFaults } from '../../src/plan/compile-plan.ts';
import { parseSpec } from '../../src/spec/parse-spec.ts';

const STEPS = `steps:
  data:
    uses: dataset
    with: { source: a.csv, target: y, split: { train: '\${{ params.train }}' } }
`;
const PARAMS = `params:
  epochs: { type: integer }
  train: { type: number, default: 0.7 }
`;
const specOf = (on: string) => parseSpec(`name: x\n${PARAMS}${on}${STEPS}`, 'x.yaml');
const placed = (errors: readonly PipelineError[]) =>
  errors.map(({ code, location }) => [code, location?.line, location?.column]);

describe('the triggers of a pipeline', () => {
  it('are none where the file says nothing', () => {
    expect(specOf('').triggers).toEqual({
      push: null,
      schedules: [],
      data: null,
      drift: null,
    });
  });

  it('are read as they are written', () => {
    const { triggers, faults } = specOf(
      [
        'on:',
        '  push: {}',
        '  schedule:',
        "    - { cron: '@daily', timeZone: Europe/Berlin, params: { epochs: 2 } }",
        '    - { every: 10s, name: often, overlap: allow-all, catchUp: 1h, jitter: 1s }',
        '  data: { every: 1m, sources: [a.csv] }',
        '  drift: { every: 1h, source: b.csv, model: { name: m, alias: next }, threshold: 1, features: 3 }',
        '',
      ].join('\n'),
    );
    expect(faults).toEqual([]);
    expect(triggers).toEqual({
      push: { branches: null, tags: null, paths: null, params: {} },
      schedules: [
        { key: '0', cron: '@daily', timeZone: 'Europe/Berlin', params: { epochs: 2 } },
        {
          key: 'often',
          every: '10s',
          overlap: 'allow-all',
          catchUp: '1h',
          jitter: '1s',
          params: {},
        },
      ],
      data: { every: '1m', sources: ['a.csv'], params: {} },
      drift: {
        every: '1h',
        source: 'b.csv',
        model: { name: 'm', alias: 'next' },
        statistic: 'psi',
        threshold: 1,
        features: 3,
        params: {},
      },
    });
  });

  it.each(['ks', 'chi-squared', 'wasserstein', 'jensen-shannon'])(
    'by drift in %s have a threshold of its own',
    (statistic) => {
      const drift = `{ every: 1h, source: b.csv, model: { name: m }, statistic: ${statistic} }`;
      const { triggers } = specOf(`on:\n  drift: ${drift}\n`);
      expect(triggers.drift).toMatchObject({ statistic, threshold: 0.1 });
    },
  );

  it('by drift look at production, for one feature above 0.2, unless they say otherwise', () => {
    const { triggers } = specOf('on:\n  drift: { every: 1h, source: b.csv, model: { name: m } }\n');
    expect(triggers.drift).toEqual({
      every: '1h',
      source: 'b.csv',
      model: { name: 'm', alias: 'production' },
      statistic: 'psi',
      threshold: 0.2,
      features: 1,
      params: {},
    });
  });

  it('by drift must compile with their parameters', () => {
    const drift =
      '{ every: 1h, source: b.csv, model: { name: m }, params: { epochs: 1, train: 0.9 } }';
    const found = placed(findFaults(specOf(`on:\n  drift: ${drift}\n`)));
    expect(found).toEqual([['SPEC_INVALID', 10, 39]]);
  });

  it('must give every parameter that has no default', () => {
    expect(placed(findFaults(specOf('on:\n  push: {}\n')))).toEqual([['PARAM_MISSING', 6, 3]]);
  });

  it('must not give parameters with which the pipeline does not compile', () => {
    const spec = specOf('on:\n  push: { params: { epochs: 1, train: 0.9 } }\n');
    expect(placed(findFaults(spec))).toEqual([['SPEC_INVALID', 10, 39]]);
  });

  it('are no part of the plan digest', () => {
    const digest = (on: string) => compilePlan(specOf(on), { epochs: 1 }).digest;
    expect(digest('on:\n  schedule:\n    - { every: 1h, params: { epochs: 3 } }\n')).toBe(
      digest(''),
    );
  });

  it.each(['Etc/UTC', 'UTC', 'Asia/Kolkata', 'America/Argentina/Buenos_Aires'])(
    'take the zone %s',
    (zone) => {
      const schedule = `{ cron: '0 3 * * *', timeZone: ${zone}, params: { epochs: 1 } }`;
      expect(findFaults(specOf(`on:\n  schedule:\n    - ${schedule}\n`))).toEqual([]);
    },
  );

  it.each(['+01:00', 'Local', 'Mars/Olympus', "''"])('refuse the zone %s', (zone) => {
    const schedule = `{ cron: '0 3 * * *', timeZone: ${zone}, params: { epochs: 1 } }`;
    const faults = findFaults(specOf(`on:\n  schedule:\n    - ${schedule}\n`));
    expect(placed(faults)).toEqual([['SPEC_INVALID', 7, 38]]);
  });
});
