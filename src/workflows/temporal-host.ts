/** A run's host on a worker: every wait, activity and child is Temporal's. */
import {
  CancellationScope,
  ChildWorkflowCancellationType,
  condition,
  executeChild,
  getExternalWorkflowHandle,
  ParentClosePolicy,
  patched,
  sleep,
  WorkflowIdReusePolicy,
  workflowInfo,
} from '@temporalio/workflow';
import type { RunIdentity } from '../activities/step.ts';
import { priorityOptions } from '../priority.ts';
import { ownConcurrency } from './held-groups.ts';
import { findKeptResults } from './kept-results.ts';
import { Operations } from './operations.ts';
import type { ChildRun, RunHost } from './run-host.ts';
import type { KeptResults, RunInput } from './run-input.ts';
import type { RunStatus } from './run-state.ts';
import {
  checkEvent,
  compilePipeline,
  recordDecisions,
  runStepActivity,
  writeReport,
} from './step-activities.ts';
import { Turn } from './turn.ts';
import { waitsForPeopleSignal } from './watch-run.ts';

export class TemporalHost implements RunHost {
  readonly condition = condition;
  readonly operations = new Operations();
  readonly turn: Turn;
  readonly runStep: RunHost['runStep'] = (step, input) => runStepActivity(step, input);
  readonly checkEvent = checkEvent;
  readonly compilePipeline = compilePipeline;
  readonly recordDecisions = recordDecisions;
  readonly writeReport = writeReport;
  private readonly input: RunInput;
  private readonly run: RunIdentity;
  private starterWatches: boolean;

  constructor(input: RunInput, run: RunIdentity) {
    const { plan, carried, heldGroups } = input;
    this.input = input;
    this.run = run;
    this.starterWatches = carried?.starterWatches ?? true;
    this.turn = new Turn(run.id, ownConcurrency(plan, heldGroups), carried?.hasTurn ?? false);
  }

  /** What a new execution of the run goes on from. */
  carry(): { readonly hasTurn: boolean; readonly starterWatches: boolean } {
    return { hasTurn: this.turn.isHeld(), starterWatches: this.starterWatches };
  }

  now(): number {
    return Date.now();
  }

  sleep(ms: number): Promise<void> {
    return sleep(ms);
  }

  nonCancellable<T>(work: () => Promise<T>): Promise<T> {
    return CancellationScope.nonCancellable(work);
  }

  began(): void {
    // The history says it.
  }

  /** The workflow that started this one ends, so that its schedule may go on. */
  waitsForPeople(): void {
    const { parent } = workflowInfo();
    if (!parent || !this.starterWatches) return;
    this.starterWatches = false;
    const starter = getExternalWorkflowHandle(parent.workflowId, parent.runId);
    // One that is gone need not hear it.
    starter.signal(waitsForPeopleSignal, this.run.id).catch(() => undefined);
  }

  findKeptResults(): Promise<KeptResults> {
    // Runs of versions that kept nothing did not ask.
    return patched('kept-results') ? findKeptResults(this.input, this.run) : Promise.resolve({});
  }

  runChild({ id, step, instance, plan, heldGroups }: ChildRun): Promise<RunStatus> {
    const { run } = this;
    const { submittedBy, commit } = run;
    const origin = { type: 'pipeline', run: run.id, step: instance } as const;
    return executeChild<(input: RunInput) => Promise<RunStatus>>('runPipeline', {
      workflowId: id,
      args: [{ plan, submittedBy, origin, commit, heldGroups }],
      memo: { pipeline: plan.pipeline, planDigest: plan.digest, submittedBy, origin },
      staticSummary: `${plan.pipeline} for step ${step.id}`,
      ...priorityOptions(plan),
      workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
      cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
    });
  }
}
