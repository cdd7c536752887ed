/** Decisions that people send to a running pipeline, held against the sets of what was predicted. */
import { setTimeout as sleep } from 'node:timers/promises';
import { coverageStep } from '../../src/activities/coverage.ts';
import type { CoverageStep } from '../../src/activities/step-types.ts';
import type { StepContext } from '../../src/activities/step.ts';
import type { ArtifactRef } from '../../src/artifacts/artifact.ts';
import type { JsonObject } from '../../src/json.ts';
import { decide, openItems } from '../../src/temporal/reviews.ts';
import { finalStatus, startRun } from '../../src/temporal/runs.ts';
import { openReview, type ReviewedRow, storeReviewed } from '../activities/reviewed-sets.ts';
import { planOf } from '../workflows/plans.ts';
import { type Engine, startEngine } from './harness.ts';

let engine: Engine;

beforeAll(async () => {
  engine = await startEngine({
    'human-review': async ({ with: input }) => {
      const opening = await openReview(engine.store, input as never);
      return opening as unknown as JsonObject;
    },
    coverage: async ({ with: input }) => {
      const context = { store: engine.store, log: () => undefined } as unknown as StepContext;
      return coverageStep.run(input as unknown as CoverageStep['with'], context) as never;
    },
  });
});
afterAll(() => engine.stop());

/** Runs a review and what is made of it, and says the true class of each row to it. */
async function reviewOf(rows: readonly ReviewedRow[], truth: readonly ('no' | 'yes')[]) {
  const { dataset, predictions, flagged } = await storeReviewed(engine.store, rows, 0.1);
  const given = (refs: Record<string, ArtifactRef>) => refs as unknown as JsonObject;
  const settings = { timeout: '1h', quorum: 1, fourEyes: false, onTimeout: 'fail' };
  const reviewed = { ...given({ dataset, predictions, flagged }), ...settings };
  const sets = given({ predictions, flagged });
  const plan = planOf([
    { id: 'gate', kind: 'human-review', with: { literal: reviewed } },
    {
      id: 'coverage',
      kind: 'coverage',
      needs: ['gate'],
      with: {
        map: {
          predictions: { literal: sets['predictions']! },
          flagged: { literal: sets['flagged']! },
          decisions: { ref: { step: 'gate', path: ['decisions'] } },
          level: { literal: 0.05 },
        },
      },
    },
  ]);
  const { id } = await startRun(engine.client, { plan, submittedBy: 'ann' });
  let open = await openItems(engine.client, id);
  while (open.length === 0) {
    await sleep(50);
    open = await openItems(engine.client, id);
  }
  for (const [row, label] of truth.entries()) {
    const choice = label === 'no' ? { verdict: 'approve' as const } : relabel(label);
    await decide(engine.client, open[row]!, { ...choice, reviewer: 'bob' });
  }
  const status = await finalStatus(engine.client, id);
  expect(status.error).toBeNull();
  return status.steps.find((step) => step.id === 'coverage')?.outputs;
}

const relabel = (label: string) => ({ verdict: 'relabel' as const, label });

it('raises no alarm where reviewers find the true classes in the sets', async () => {
  const accepted: ReviewedRow = { set: [0], sampled: 'accepted' };
  const unsure: ReviewedRow = { set: [0, 1], sampled: 'flagged' };
  const rows = [accepted, accepted, accepted, unsure, { set: [0, 1] }];
  const outputs = await reviewOf(rows, ['no', 'no', 'no', 'yes', 'yes']);
  expect(outputs).toMatchObject({
    alarm: false,
    sample: { decided: 4, covered: 4 },
    accepted: { decided: 3, covered: 3 },
    flagged: { decided: 2, covered: 2 },
  });
});

it('raises the alarm where they correct what would have been accepted', async () => {
  const rows: ReviewedRow[] = Array.from({ length: 6 }, () => ({ set: [0], sampled: 'accepted' }));
  const outputs = await reviewOf(rows, ['no', 'yes', 'yes', 'no', 'yes', 'no']);
  // Of B(6, 0.9), 3 or fewer: 0.01585.
  expect(outputs).toMatchObject({ alarm: true, sample: { decided: 6, covered: 3 } });
});
