import { fileURLToPath } from 'node:url';
import { compilePlan } from '../../../src/plan/compile-plan.ts';
import { loadSpec } from '../../../src/spec/load-spec.ts';

it('finds nothing wrong with methods that fit their model, data and keys', () => {
  const file = fileURLToPath(new URL('../../fixtures/valid/explaining.yaml', import.meta.url));
  const load = () => {
    throw new Error('no child');
  };
  const plan = compilePlan(loadSpec(file), {}, { load });
  expect(plan.steps.filter(({ kind }) => kind === 'explain')).toHaveLength(6);
});
