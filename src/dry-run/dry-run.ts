/**
 * Runs a plan in virtual time: the same code that a worker runs (`src/workflows/run.ts`), with steps
 * that end as a script says. No server, no worker, no clock.
 */
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { RunIdentity } from '../activities/step.ts';
import type { Plan } from '../plan/plan.ts';
import { Run } from '../workflows/run.ts';
import { ownConcurrency } from '../workflows/held-groups.ts';
import type { ChildRun } from '../workflows/run-host.ts';
import type { RunStatus, StepFailure } from '../workflows/run-state.ts';
import { type AttemptResult, failed } from './attempts.ts';
import { type Beginning, DryHost } from './dry-host.ts';
import { DryTurn } from './dry-turn.ts';
import type { Script } from './script.ts';
import { CancelScope, VirtualTime } from './virtual-time.ts';

export interface DryRunOptions {
  readonly plan: Plan;
  readonly script: Script;
  /** Epoch milliseconds: what the run's clock shows when it starts. */
  readonly startsAtMs: number;
  readonly submittedBy: string;
  /** The run is left as it is then, counted from its start. @default it runs to its end */
  readonly stopAfterMs?: number | undefined;
}

export interface DryOutcome {
  readonly status: RunStatus;
  /** The first failure that failed the run. */
  readonly failure: (StepFailure & { readonly step: string }) | null;
  /** In the order in which they began. */
  readonly beginnings: readonly Beginning[];
  /** Of the steps that a worker would run, by instance. */
  readonly attempts: ReadonlyMap<string, number>;
  /** Virtual milliseconds from start to end. */
  readonly tookMs: number;
  /** The runs that steps of this one started, by instance. */
  readonly children: ReadonlyMap<string, DryOutcome>;
}

/** The same plan and script give the same outcome. */
export async function dryRun(options: DryRunOptions): Promise<DryOutcome> {
  const { plan, script, startsAtMs, submittedBy, stopAfterMs = Infinity } = options;
  const time = new VirtualTime(startsAtMs);
  const run: RunIdentity = {
    id: `${plan.pipeline}-test`,
    pipeline: plan.pipeline,
    planDigest: plan.digest,
    submittedBy,
    origin: { type: 'person' },
  };
  const dry = new DryRun({ plan, script, run, time, onWaiting: () => undefined });
  dry.start();
  await time.pass(() => dry.isOver(), startsAtMs + stopAfterMs);
  return dry.outcome();
}

interface Parts {
  readonly plan: Plan;
  readonly script: Script;
  readonly run: RunIdentity;
  readonly time: VirtualTime;
  /** Only people can bring it on. */
  readonly onWaiting: () => void;
  /** See `ChildRun.heldGroups`. @default none */
  readonly heldGroups?: readonly string[];
}

class DryRun {
  private readonly parts: Parts;
  private readonly host: DryHost;
  private readonly run: Run;
  private readonly scope = new CancelScope();
  private readonly children = new Map<string, DryRun>();
  private end: { readonly error: unknown } | 'ended' | null = null;

  constructor(parts: Parts) {
    const { plan, script, run, time, onWaiting, heldGroups } = parts;
    this.parts = parts;
    const { busyMs = 0 } = script;
    this.host = new DryHost({
      ...{ run, time, script },
      turn: new DryTurn({
        ...{ run: run.id, busyMs, time },
        plan: ownConcurrency(plan, heldGroups),
      }),
      decide: (decision) => void this.run.desk.submit(decision),
      waitsForPeople: onWaiting,
      runChild: (child) => this.runChild(child),
    });
    const goOnAnew = () => Promise.reject(new Error('a dry run has one execution'));
    this.run = new Run({ plan, run, host: this.host, cache: undefined, goOnAnew, heldGroups });
  }

  start(): void {
    const { script, time } = this.parts;
    const { cancelAfterMs, events } = script;
    for (const { afterMs, message } of events) {
      time.after(afterMs, () => void this.run.events.submit(message));
    }
    if (cancelAfterMs !== undefined) time.after(cancelAfterMs, () => this.scope.cancel());
    time
      .within(this.scope, () => this.run.execute())
      .then(
        () => {
          this.end = 'ended';
        },
        (error: unknown) => {
          this.end = { error };
        },
      );
  }

  /** @throws what the run threw, which is a fault of its code */
  isOver(): boolean {
    if (this.end === null || this.end === 'ended') return this.end !== null;
    throw this.end.error;
  }

  outcome(): DryOutcome {
    const status = this.run.status();
    const { beginnings, attempts } = this.host;
    return {
      ...{ status, beginnings, attempts },
      failure: this.run.firstFailed(),
      tookMs: (status.finishedAtMs ?? this.parts.time.now()) - status.startedAtMs,
      children: new Map([...this.children].map(([instance, child]) => [instance, child.outcome()])),
    };
  }

  private async runChild(child: ChildRun): Promise<Pick<RunStatus, 'outputs'>> {
    const script = this.parts.script.child(child.instance);
    return 'takesMs' in script ? this.endChild(script) : this.startChild(child, script);
  }

  private async endChild(result: AttemptResult): Promise<Pick<RunStatus, 'outputs'>> {
    await this.parts.time.sleep(result.takesMs);
    if ('fails' in result) throw failed(result);
    return { outputs: result.outputs };
  }

  /** Cancelled with this run, and waited for. @throws as `RunHost.runChild` */
  private async startChild(
    { id, instance, plan, heldGroups }: ChildRun,
    script: Script,
  ): Promise<Pick<RunStatus, 'outputs'>> {
    const { time, run: parent } = this.parts;
    const run: RunIdentity = {
      id,
      pipeline: plan.pipeline,
      planDigest: plan.digest,
      submittedBy: parent.submittedBy,
      origin: { type: 'pipeline', run: parent.id, step: instance },
    };
    const onWaiting = () => this.run.childWaits(id);
    const child = new DryRun({ plan, script, run, time, onWaiting, heldGroups });
    this.children.set(instance, child);
    const stopListening = time.scope()?.onCancel(() => child.scope.cancel());
    child.start();
    await time.nonCancellable(() => time.condition(() => child.isOver()));
    stopListening?.();
    const status = child.run.status();
    if (status.state === 'cancelled') throw new CancelledFailure('the run was cancelled');
    if (status.state === 'succeeded') return status;
    const { code, message } = status.error ?? { code: 'INTERNAL', message: 'the run failed' };
    throw ApplicationFailure.nonRetryable(message, code);
  }
}
