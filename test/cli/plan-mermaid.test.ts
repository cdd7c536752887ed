/** A plan as a flow chart, and what it announces. */
import { renderMermaid } from '../../src/cli/plan-mermaid.ts';
import { changeLines, sideEffectsOf } from '../../src/cli/plan-outlook.ts';
import { diffPlans } from '../../src/git/plan-diff.ts';
import type { Plan, PlanStep } from '../../src/plan/plan.ts';

const RETRY = { attempts: 1, backoffMs: 1, maxIntervalMs: 1, nonRetryable: [] };

const step = (id: string, kind: string, more: Partial<PlanStep> = {}): PlanStep => ({
  ...{ id, kind, with: { map: {} }, needs: [], retry: RETRY, timeoutMs: 1, heartbeatMs: 1 },
  ...more,
});

const PLAN: Plan = {
  ...{ version: 1, pipeline: 'p', description: '', params: {}, outputs: {}, digest: 'd' },
  steps: [
    step('data', 'dataset'),
    step('end', 'train', { needs: ['data'], when: 'true' }),
    step('gate', 'human-review', { needs: ['end'] }),
    step('go', 'promote', {
      after: ['gate'],
      compensate: step('go.compensate', 'command'),
    }),
  ],
  finally: [step('tidy', 'command', { needs: ['data'] })],
  onFailure: [step('tell', 'http')],
};

it('draws steps and arrows, with names that are no words of Mermaid', () => {
  expect(renderMermaid(PLAN).split('\n')).toEqual([
    'flowchart TD',
    '  s_data["data<br/>dataset"]',
    '  s_end["end<br/>train, maybe"]',
    '  s_gate{{"gate<br/>human-review"}}',
    '  s_go[["go<br/>promote"]]',
    '  s_data --> s_end',
    '  s_end --> s_gate',
    '  s_gate -.-> s_go',
    '  subgraph s_onFailure_group["on failure"]',
    '    s_tell[["tell<br/>http"]]',
    '  end',
    '  subgraph s_finally_group["finally"]',
    '    s_tidy[["tidy<br/>command"]]',
    '  end',
    '',
  ]);
});

it('announces every step that acts outside the store, those of a bad end too', () => {
  expect(sideEffectsOf(PLAN).map((one) => [one.step, one.effect, one.only])).toEqual([
    ['gate', 'asks people', undefined],
    ['go', 'changes the registry of models', undefined],
    ['go.compensate', 'runs a command', 'undone by'],
    ['tell', 'sends a request', 'on failure'],
    ['tidy', 'runs a command', 'finally'],
  ]);
});

it('tells changes since a run, a line each', () => {
  const before: Plan = {
    ...PLAN,
    digest: 'e',
    params: { rate: 1 },
    steps: [
      step('old', 'dataset'),
      step('data', 'dataset', { with: { map: { a: { literal: 1 } } } }),
    ],
  };
  const diff = diffPlans(before, PLAN, new Set());
  const lines = changeLines({ run: 'r', startedAtMs: 0, samePlan: false, diff });
  expect(lines).toEqual([
    'params.rate: 1 → nothing',
    '+ step end (train)',
    '+ step gate (human-review)',
    '+ step go (promote)',
    '- step old (dataset)',
    'step data: with.a: 1 → nothing',
  ]);
  expect(changeLines({ run: 'r', startedAtMs: 0, samePlan: true, diff })).toEqual([
    'the same plan',
  ]);
});
