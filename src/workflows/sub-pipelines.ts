/** Steps of kind `pipeline`: each runs another pipeline as a child workflow. */
import {
  ApplicationFailure,
  ChildWorkflowCancellationType,
  executeChild,
  ParentClosePolicy,
  WorkflowIdReusePolicy,
} from '@temporalio/workflow';
import type { RunIdentity } from '../activities/step.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import type { Plan, PlanStep } from '../plan/plan.ts';
import { priorityOptions } from '../priority.ts';
import type { RunInput } from './run-input.ts';
import type { RunStatus } from './run-state.ts';
import { compilePipeline } from './step-activities.ts';

export class SubPipelines {
  private readonly plan: Plan;
  private readonly run: RunIdentity;
  /** Ids of the runs that are under way, and whether only people can bring each on. */
  private readonly open = new Map<string, boolean>();

  constructor(plan: Plan, run: RunIdentity) {
    this.plan = plan;
    this.run = run;
  }

  /** @returns the id of the step whose run that is; `null` where it is none of this one's. */
  waitsForPeople(run: string): string | null {
    if (!this.open.has(run)) return null;
    this.open.set(run, true);
    // `<this run>-<step>` or `<this run>-<step>.<index>`; no step's id holds a dot.
    return run.slice(this.run.id.length + 1).split('.', 1)[0] ?? null;
  }

  /** Some run waits for people, and none is at work. */
  isWaiting(): boolean {
    const runs = [...this.open.values()];
    return runs.length > 0 && runs.every((isWaiting) => isWaiting);
  }

  /** The run that performs an instance of a step. */
  idOf(instance: string): string {
    return `${this.run.id}-${instance}`;
  }

  /**
   * Compiles the pipeline, as it was when this run's plan was compiled, with the parameters that
   * are known by now, and runs it.
   *
   * @returns the outputs of the pipeline
   * @throws ActivityFailure, ChildWorkflowFailure
   */
  async perform(step: PlanStep, instance: string, input: JsonObject): Promise<JsonObject> {
    const { plan } = this;
    const pipelines = plan.pipelines ?? {};
    const { file, params = {} } = input;
    const source = typeof file === 'string' ? pipelines[file] : undefined;
    if (typeof file !== 'string' || !source || !isJsonObject(params)) {
      const message = 'the plan holds no such pipeline';
      throw ApplicationFailure.nonRetryable(message, 'SPEC_INVALID');
    }
    const { text } = source;
    const child = await compilePipeline({ file, text, params, pipelines });
    const id = this.idOf(instance);
    this.open.set(id, false);
    try {
      const status = await this.start(id, step, instance, child);
      return status.outputs ?? {};
    } finally {
      this.open.delete(id);
    }
  }

  private start(id: string, step: PlanStep, instance: string, child: Plan): Promise<RunStatus> {
    const { run } = this;
    const { submittedBy, commit } = run;
    const origin = { type: 'pipeline', run: run.id, step: instance } as const;
    return executeChild<(input: RunInput) => Promise<RunStatus>>('runPipeline', {
      workflowId: id,
      args: [{ plan: child, submittedBy, origin, commit }],
      memo: { pipeline: child.pipeline, planDigest: child.digest, submittedBy, origin },
      staticSummary: `${child.pipeline} for step ${step.id}`,
      ...priorityOptions(child),
      workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
      cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
    });
  }
}
