/** A run's turn in its concurrency group: asked for before it begins, and given back. */
import {
  condition,
  getExternalWorkflowHandle,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { ConcurrencyPlan } from '../plan/plan.ts';
import { groupWorkflowId, leaveSignal, turnSignal } from './concurrency-group.ts';
import { joinGroup } from './step-activities.ts';

export class Turn {
  private readonly run: string;
  private readonly plan: ConcurrencyPlan | undefined;
  private state: 'none' | 'asked' | 'granted' | 'refused' | 'left';

  /** @param isHeld  the execution before this one had it */
  constructor(run: string, plan: ConcurrencyPlan | undefined, isHeld: boolean) {
    this.run = run;
    this.plan = plan;
    this.state = isHeld ? 'granted' : 'none';
    if (!plan) return;
    setHandler(turnSignal, (answer) => {
      if (this.state === 'asked') this.state = answer;
    });
  }

  isWaiting(): boolean {
    return this.state === 'asked';
  }

  isHeld(): boolean {
    return this.state === 'granted';
  }

  /** Waits for the turn. @returns `false` where the group is busy and the pipeline says `skip`. */
  async come(): Promise<boolean> {
    if (!this.plan || this.state !== 'none') return true;
    const { group, limit, whenBusy } = this.plan;
    this.state = 'asked';
    const workflowId = groupWorkflowId(group);
    const { taskQueue } = workflowInfo();
    await joinGroup({ group, workflowId, taskQueue, limit, whenBusy, run: this.run });
    await condition(() => !this.isWaiting());
    return this.isHeld();
  }

  /** The next run may begin. Harmless when repeated, or when the turn never came. */
  giveBack(): void {
    if (!this.plan || this.state === 'none' || this.state === 'left') return;
    this.state = 'left';
    const group = getExternalWorkflowHandle(groupWorkflowId(this.plan.group));
    // A group that is gone has forgotten this run.
    group.signal(leaveSignal, this.run).catch(() => undefined);
  }
}
