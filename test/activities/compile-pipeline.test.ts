import { compilePipeline } from '../../src/activities/compile-pipeline.ts';
import { isPipelineError } from '../../src/errors.ts';

const CHILD = `name: child
params: { n: { type: integer, maximum: 9 }, label: { type: string, default: a, enum: [a, b] } }
steps:
  v: { uses: values, with: { n: '\${{ params.n }}' } }
  g: { uses: pipeline, with: { file: pipelines/grand.yaml } }
outputs: { n: '\${{ steps.v.outputs.n }}' }
`;
const GRAND = 'name: grand\nsteps: { w: { uses: values, with: { x: 1 } } }\n';
const pipelines = {
  'pipelines/child.yaml': { text: CHILD },
  'pipelines/grand.yaml': { text: GRAND },
};
const file = 'pipelines/child.yaml';
const source = { file, text: CHILD, pipelines };

function failure(run: () => unknown): { code: string; message: string } {
  try {
    run();
  } catch (error) {
    if (isPipelineError(error)) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('it did not fail');
}

describe('compilePipeline', () => {
  it('compiles with the parameters, from the texts of the plan alone', () => {
    const plan = compilePipeline({ ...source, params: { n: 3 } });
    expect(plan).toMatchObject({ pipeline: 'child', params: { n: 3, label: 'a' } });
    expect(plan.steps.map(({ id, kind }) => [id, kind])).toEqual([
      ['v', 'values'],
      ['g', 'pipeline'],
    ]);
    expect(plan.pipelines).toEqual({ 'pipelines/grand.yaml': { text: GRAND } });
  });

  it('refuses parameters that only the run showed to be wrong, all in one failure', () => {
    const one = failure(() => compilePipeline({ ...source, params: { n: 10 } }));
    expect(one).toEqual({ code: 'PARAM_INVALID', message: 'parameter "n" must be <= 9, not 10' });
    const two = failure(() => compilePipeline({ ...source, params: { label: 'c' } }));
    expect(two.code).toBe('PARAM_MISSING');
    expect(two.message.split('\n')).toHaveLength(2);
    expect(two.message).toContain('pipelines/child.yaml:2:45');
  });

  it('never reads a file', () => {
    const alone = { [file]: { text: CHILD } };
    const params = { n: 1 };
    expect(failure(() => compilePipeline({ ...source, params, pipelines: alone })).code).toBe(
      'SPEC_NOT_FOUND',
    );
  });
});
