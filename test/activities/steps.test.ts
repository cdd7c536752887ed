import { STEP_KINDS } from '../../src/activities/steps.ts';
import { WORKFLOW_KINDS } from '../../src/plan/workflow-kinds.ts';
import { stepKinds } from '../../src/spec/step-schemas.ts';

describe('the kinds of step', () => {
  it('are performed by an activity or by the workflow, each by one of them', () => {
    expect([...STEP_KINDS, ...WORKFLOW_KINDS].sort()).toEqual([...stepKinds()]);
  });
});
