import { parseTestFile } from '../../src/dry-run/test-file.ts';
import { PipelineErrors } from '../../src/errors.ts';

/** `line:column CODE` of every fault. */
function faultsOf(text: string): readonly string[] {
  try {
    parseTestFile(text, 'pipelines/a.test.yaml');
    return [];
  } catch (error) {
    if (!(error instanceof PipelineErrors)) throw error;
    return error.errors.map(
      ({ code, location, remedy }) =>
        `${location?.line}:${location?.column} ${code} ${remedy ?? ''}`,
    );
  }
}

const GOOD = `cases:
  - name: works
    expect: { state: succeeded }
`;

describe('a file of tests', () => {
  it('is of the pipeline beside it, or of the one that it names', () => {
    expect(parseTestFile(GOOD, 'pipelines/a.test.yaml').pipeline).toBe('pipelines/a.yaml');
    expect(parseTestFile(GOOD, 'a.test.yml').pipeline).toBe('a.yml');
    const named = parseTestFile(`pipeline: ../b.yaml\n${GOOD}`, 'tests/pipelines/x.yaml');
    expect(named.pipeline).toBe('tests/b.yaml');
  });

  it('has what it leaves out filled in', () => {
    const [one] = parseTestFile(GOOD, 'a.test.yaml').cases;
    expect(one).toMatchObject({ submittedBy: 'tester', startsAt: '2026-01-01T00:00:00Z' });
  });

  it('is refused with every fault at its place', () => {
    const text = `pipelin: a.yaml
cases:
  - name: works
    steps: { a: { taks: 3s } }
    reviews: { b: { decide: aprove, after: soon } }
    events: [{ after: 5m }]
    expect: { state: succeded, took: 3x, order: a }
`;
    expect(faultsOf(text)).toEqual([
      '1:1 SPEC_UNKNOWN_KEY did you mean "pipeline"?',
      '4:19 SPEC_UNKNOWN_KEY did you mean "takes"?',
      '5:29 SPEC_INVALID did you mean "approve"?',
      '5:44 SPEC_INVALID such as 500ms, 10s, 20m, 2h or 7d',
      '6:14 SPEC_MISSING_KEY add the key `event`',
      '7:22 SPEC_INVALID did you mean "succeeded"?',
      '7:38 SPEC_INVALID such as 3h, 3h..4h, ..4h or 3h..',
      '7:49 SPEC_INVALID ',
    ]);
  });

  it('is read as safely as a pipeline', () => {
    expect(faultsOf('cases: &a []\n')).toEqual([expect.stringContaining('SPEC_ALIAS')]);
    expect(faultsOf('cases: []\ncases: []\n')).toEqual([
      expect.stringMatching(/^2:1 SPEC_DUPLICATE_KEY/),
    ]);
    expect(faultsOf('- a\n')).toEqual([expect.stringMatching(/^1:1 SPEC_INVALID/)]);
    expect(faultsOf('')).toEqual([expect.stringMatching(/^1:1 SPEC_INVALID/)]);
    expect(faultsOf('cases: []\n')).toEqual([expect.stringMatching(/^1:8 SPEC_INVALID/)]);
  });
});
