/** Steps of kind `pipeline`: each runs another pipeline as a child workflow. */
import { ApplicationFailure } from '@temporalio/common';
import type { RunIdentity } from '../activities/step.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import type { Plan, PlanStep } from '../plan/plan.ts';
import { groupsForChildren } from './held-groups.ts';
import type { RunHost } from './run-host.ts';

interface SubPipelinesOptions {
  readonly plan: Plan;
  readonly run: RunIdentity;
  readonly host: RunHost;
  /** See `ChildRun.heldGroups`; of this run. */
  readonly heldGroups: readonly string[] | undefined;
}

export class SubPipelines {
  private readonly plan: Plan;
  private readonly run: RunIdentity;
  private readonly host: RunHost;
  private readonly heldGroups: readonly string[];
  /** Ids of the runs that are under way, and whether only people can bring each on. */
  private readonly open = new Map<string, boolean>();

  constructor({ plan, run, host, heldGroups }: SubPipelinesOptions) {
    this.plan = plan;
    this.run = run;
    this.host = host;
    this.heldGroups = groupsForChildren(plan, heldGroups);
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
   * @throws what `failureOf` gives a code
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
    const child = await this.host.compilePipeline({ file, text, params, pipelines });
    const id = this.idOf(instance);
    this.open.set(id, false);
    try {
      const status = await this.host.runChild({
        ...{ id, step, instance, plan: child },
        heldGroups: this.heldGroups,
      });
      return status.outputs ?? {};
    } finally {
      this.open.delete(id);
    }
  }
}
