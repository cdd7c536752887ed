import { runTestFile } from '../../src/dry-run/run-test-file.ts';
import { parseTestFile } from '../../src/dry-run/test-file.ts';
import { PipelineErrors } from '../../src/errors.ts';
import { parseSpec } from '../../src/spec/parse-spec.ts';

const PIPELINE = `name: a
params: { n: { type: integer, default: 2, minimum: 1 } }
concurrency: { group: one, limit: 2, whenBusy: queue }
steps:
  fetch: { uses: http, with: { url: 'https://a.example/\${{ params.n }}' }, timeout: 1m }
  each:
    uses: http
    needs: [fetch]
    foreach: { items: '\${{ [1, 2, 3] }}', parallel: 2 }
    retry: { attempts: 3, backoff: 10s }
    with: { url: 'https://b.example/\${{ item * params.n }}' }
    compensate: { uses: http, with: { url: https://undo.example/ } }
  poll:
    uses: http
    with: { url: 'https://c.example/\${{ iteration }}' }
    repeat: { until: '\${{ outputs.status == 201 }}', max: 4, delay: 1m }
  sub:
    uses: pipeline
    needs: [each]
    with: { file: pipelines/b.yaml, params: { n: '\${{ params.n }}' } }
  go: { uses: wait-for-event, needs: [sub], with: { event: go, timeout: 1h } }
onFailure:
  tell: { uses: values, with: { what: '\${{ failure.code }}' } }
outputs: { n: '\${{ steps.sub.outputs.n }}', by: '\${{ steps.go.outputs.sentBy }}' }
`;
const CHILD = `name: b
params: { n: { type: integer } }
steps:
  ask: { uses: http, with: { url: 'http://example.com/\${{ params.n }}' } }
  nap: { uses: delay, needs: [ask], with: { for: 10m } }
outputs: { n: '\${{ steps.ask.outputs.status }}' }
`;
const load = () => parseSpec(CHILD, 'pipelines/b.yaml');
const run = (cases: string, pipeline = PIPELINE) =>
  runTestFile(parseTestFile(`cases:\n${cases}`, 'a.test.yaml'), {
    spec: parseSpec(pipeline, 'a.yaml'),
    load,
  });

/** Nobody's gates and branches are in the way of these. */
const SMOOTH = `
    steps:
      poll: { outputs: { status: 201 } }`;
const GO = `
    events: [{ event: go, sentBy: ci }]`;

/** `line:column path` of what is not met, of the one case. */
async function unmet(text: string): Promise<readonly string[]> {
  const [result] = await run(text);
  return (result?.mismatches ?? []).map(
    ({ location, path }) => `${location.line}:${location.column} ${path.join('.')}`,
  );
}

describe('a case', () => {
  it('plays stubs, events, children and time', async () => {
    const [result] = await run(`
  - name: all
    params: { n: 5 }
    steps:
      fetch: { takes: 30s }
      each: { takes: 1m }
      each.1: { failsTimes: 1, takes: 2m }
      poll: { outputs: { status: 200 } }
      poll.r3: { outputs: { status: 201 } }
      sub: { steps: { ask: { outputs: { status: 202 } } } }
    events: [{ event: go, after: 20m, sentBy: ci }]
    expect:
      state: succeeded
      order: [fetch, each.0, each.1, each.2, sub, go]
      ran: [poll.r3, each]
      skipped: [poll.r4, tell, each.compensate]
      attempts: { each: 4, each.1: 2, fetch: 1, poll.r2: 1 }
      with:
        each.2: { url: https://b.example/15 }
        poll.r2: { url: https://c.example/2 }
        sub: { params: { n: 5 } }
      stepOutputs: { each: { succeeded: 3, failed: 0 }, poll: { status: 201 } }
      outputs: { n: 202, by: ci }
      took: 20m
`);
    expect(result?.mismatches).toEqual([]);
    expect(result).toMatchObject({ passed: true, state: 'succeeded', tookMs: 20 * 60_000 });
    // 30 s, then the slower item: 2 min, 10 s, 2 min; then 10 min of the child.
    const started = { fetch: 'succeeded', go: 'succeeded' };
    expect(result?.steps).toMatchObject(started);
    expect(result?.madeUp).toMatchObject({ fetch: ['all outputs'] });
    expect(result?.madeUp['sub/ask']).toContain('bytes');
  });

  it.each([
    ['30s and 250s of items and 10m of a nap', '', '880s'],
    ['and a wait for its turn', '\n    busy: 1h', '4480s'],
  ])('takes %s', async (_, busy, took) => {
    const [result] = await run(`
  - name: time${busy}
    steps:
      fetch: { takes: 30s }
      each.1: { failsTimes: 1, takes: 2m }
      poll: { outputs: { status: 201 } }${GO}
    expect: { took: ${took} }
`);
    expect(result?.mismatches).toEqual([]);
  });

  it('ends steps and children as it is told', async () => {
    const [result] = await run(`
  - name: fails
    steps:
      poll: { outputs: { status: 201 } }
      sub: { fails: DATA_INVALID, message: bad rows, takes: 5m }
    expect:
      state: failed
      error: { code: DATA_INVALID, step: sub, message: bad }
      steps: { sub: failed, go: skipped, each.compensate: succeeded, tell: succeeded }
      stepOutputs: { tell: { what: DATA_INVALID } }
      order: [sub, each.compensate, tell]
      took: 5m
`);
    expect(result?.mismatches).toEqual([]);
  });

  it('cancels, and looks while the run waits', async () => {
    const [cancelled, looked] = await run(`
  - name: cancelled${SMOOTH}
    cancel: { after: 5m }
    expect:
      state: cancelled
      steps: { sub: cancelled, go: cancelled, each.compensate: succeeded }
      skipped: [tell]
      took: 5m
  - name: looked at${SMOOTH}
    stopAfter: 15m
    expect: { state: waiting, steps: { go: waiting }, took: 15m }
`);
    expect(cancelled?.mismatches).toEqual([]);
    expect(looked?.mismatches).toEqual([]);
  });

  it('says which expectations are not met, and where they stand', async () => {
    expect(
      await unmet(`
  - name: wrong${SMOOTH}${GO}
    expect:
      state: failed
      error: { code: TIMEOUT }
      steps: { sub: waiting, go: succeeded }
      order: [sub, each.0, go, poll.r2]
      ran: [tell]
      skipped: [fetch]
      attempts: { each: 2 }
      outputs: { n: 7, by: ci, more: null }
      with: { each.2: { url: https://b.example/7 } }
      took: 1h..
`),
    ).toEqual([
      '8:14 state',
      '9:14 error',
      '10:21 steps.sub',
      '11:20 order.1',
      '11:32 order.3',
      '12:13 ran.0',
      '13:17 skipped.0',
      '14:25 attempts.each',
      '15:21 outputs.n',
      '15:38 outputs.more',
      '16:30 with.each.2.url',
      '17:13 took',
    ]);
  });

  it('is refused where it names or gives what cannot be', async () => {
    const text = `
  - name: wrong
    params: { n: 0, m: 1 }
    steps:
      ftch: {}
      fetch.0: {}
      fetch.r2: {}
      go: { takes: 1s }
      fetch: { outputs: { status: x } }
      each: { outputs: {}, fails: DISK_FUL }
      poll: { steps: {} }
      sub: { steps: { as: {} }, reviews: { nap: {} } }
    reviews: { fetch: {} }
    expect: { steps: { each.0: failed }, with: { each: {} }, order: [pol], error: { code: X } }
`;
    const thrown = await run(text).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(PipelineErrors);
    const told = (thrown as PipelineErrors).errors.map(
      ({ code, location: at }) => `${at?.line}:${at?.column} ${code}`,
    );
    expect(told).toEqual([
      '4:15 PARAM_INVALID',
      '4:21 PARAM_UNKNOWN',
      '6:7 STEP_UNKNOWN',
      '7:7 SPEC_INVALID',
      '8:7 SPEC_INVALID',
      '9:7 SPEC_INVALID',
      '10:35 SPEC_INVALID',
      '11:28 SPEC_INVALID',
      '11:35 SPEC_INVALID',
      '12:15 SPEC_INVALID',
      '13:23 STEP_UNKNOWN',
      '13:44 SPEC_INVALID',
      '14:16 SPEC_INVALID',
      '15:24 SPEC_INVALID',
      '15:50 SPEC_INVALID',
      '15:70 STEP_UNKNOWN',
      '15:91 SPEC_INVALID',
    ]);
  });

  it('is not run where the pipeline itself has faults', async () => {
    const broken = PIPELINE.replace('uses: values', 'uses: valeus');
    const thrown = run(`\n  - name: a\n    expect: { state: failed }\n`, broken);
    await expect(thrown).rejects.toMatchObject({
      code: 'STEP_KIND_UNKNOWN',
      location: { file: 'a.yaml' },
    });
  });

  it('checks what steps are given as the worker does', async () => {
    const pipeline = `name: late
steps:
  a: { uses: values, with: { address: 'ftp://a.example' } }
  b: { uses: http, with: { url: 'https://a.example', method: '\${{ dyn(steps.a.outputs.address) }}' } }
`;
    const [result] = await run(
      `
  - name: method
    expect: { state: failed, error: { code: SPEC_INVALID, step: b } }
`,
      pipeline,
    );
    expect(result?.mismatches).toEqual([]);
  });
});

describe('people of a case', () => {
  const REVIEW = `name: r
steps:
  data:
    uses: dataset
    with: { source: a.csv, target: y, features: [{ type: number, columns: [x], scale: none }] }
  net: { uses: architect, with: { dataset: '\${{ steps.data.outputs.dataset }}', family: mlp, hidden: [2] } }
  model:
    uses: train
    with:
      architecture: \${{ steps.net.outputs.architecture }}
      dataset: \${{ steps.data.outputs.dataset }}
      optimizer: { type: sgd, learningRate: 0.1 }
      epochs: 1
  predictions:
    uses: predict
    with:
      model: \${{ steps.model.outputs.model }}
      dataset: \${{ steps.data.outputs.dataset }}
      flag: { confidenceBelow: 0.8 }
  gate:
    uses: human-review
    with:
      predictions: \${{ steps.predictions.outputs.predictions }}
      flagged: \${{ steps.predictions.outputs.flagged }}
      dataset: \${{ steps.data.outputs.dataset }}
      reviewers: [ann, bob, eve]
      quorum: 2
      fourEyes: true
      timeout: 1d
      onTimeout: reject
      onReject: fail
`;
  const review = async (given: string, expect: string) => {
    const [result] = await run(
      `
  - name: r
    submittedBy: ann
    reviews: { gate: ${given} }
    expect: { ${expect} }
`,
      REVIEW,
    );
    return result?.mismatches;
  };

  it('are as many as the quorum, of those who may', async () => {
    const expected = 'state: succeeded, reviews: { gate: { verdict: approved, refused: 0 } }';
    expect(await review('{ items: 2, after: 3h }', `${expected}, took: 3h`)).toEqual([]);
  });

  it('do not count where they may not, or are too few', async () => {
    const one =
      'error: { code: REVIEW_REJECTED }, took: 1d, reviews: { gate: { timedOut: 1, refused:';
    expect(await review('{ by: [ann, bob] }', `${one} 1 } }`)).toEqual([]);
    expect(await review('{ by: bob }', `${one} 0 } }`)).toEqual([]);
    expect(await review('{ by: [bob, mallory] }', `${one} 1 } }`)).toEqual([]);
    expect(await review('{ by: [bob, eve] }', 'state: succeeded')).toEqual([]);
  });

  it('are waited for by the run whose step runs the pipeline', async () => {
    const parent = `name: p
steps:
  sub: { uses: pipeline, with: { file: pipelines/r.yaml } }
  then: { uses: values, needs: [sub], with: { n: 1 } }
`;
    const text = `cases:
  - name: p
    steps: { sub: { reviews: { gate: { after: 2h } } } }
    stopAfter: 1h
    expect: { state: waiting, steps: { sub: waiting, then: pending } }
  - name: p
    steps: { sub: { reviews: { gate: { after: 2h } } } }
    expect: { state: succeeded, took: 2h, order: [sub, then] }
  - name: p
    steps: { sub: { reviews: { gate: { after: 2h } } } }
    cancel: { after: 1h }
    expect: { state: cancelled, took: 1h, steps: { sub: cancelled, then: cancelled } }
`;
    const results = await runTestFile(parseTestFile(text, 'p.test.yaml'), {
      spec: parseSpec(parent, 'p.yaml'),
      load: () => parseSpec(REVIEW, 'pipelines/r.yaml'),
    });
    expect(results.map(({ mismatches }) => mismatches)).toEqual([[], [], []]);
  });

  it('cannot decide more items than there are', async () => {
    await expect(
      review('{ items: 1, decide: [approve, reject] }', 'state: failed'),
    ).rejects.toMatchObject({
      code: 'SPEC_INVALID',
      location: { line: 5 },
    });
  });

  it('decide item by item', async () => {
    const expected =
      'reviews: { gate: { items: 3, approved: 1, relabelled: 1, rejected: 1, timedOut: 1, open: 0 } }';
    const given = '{ items: 3, decide: [approve, relabel, nobody], classes: [p, q], label: q }';
    expect(await review(given, expected)).toEqual([]);
  });
});
