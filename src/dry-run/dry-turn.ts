/** A run's turn in a concurrency group whose other runs are at work for a given time. */
import type { ConcurrencyPlan } from '../plan/plan.ts';
import type { GroupNotice, GroupState, GroupTransition } from '../workflows/group-queue.ts';
import { EMPTY_GROUP, join, leave } from '../workflows/group-queue.ts';
import type { RunTurn } from '../workflows/run-host.ts';
import type { VirtualTime } from './virtual-time.ts';

export interface DryTurnOptions {
  readonly run: string;
  readonly plan: ConcurrencyPlan | undefined;
  /** How long others hold every place of the group, from now. */
  readonly busyMs: number;
  readonly time: VirtualTime;
}

export class DryTurn implements RunTurn {
  private readonly options: DryTurnOptions;
  private group: GroupState = EMPTY_GROUP;
  private state: 'none' | 'asked' | 'granted' | 'refused' | 'left' = 'none';

  constructor(options: DryTurnOptions) {
    this.options = options;
  }

  isWaiting(): boolean {
    return this.state === 'asked';
  }

  isHeld(): boolean {
    return this.state === 'granted';
  }

  async come(): Promise<boolean> {
    const { run, plan, busyMs, time } = this.options;
    if (!plan) return true;
    const { limit, whenBusy } = plan;
    this.state = 'asked';
    if (busyMs > 0) {
      const holders = Array.from({ length: limit }, (_, index) => `other-${index + 1}`);
      this.group = { ...EMPTY_GROUP, limit, holders };
      for (const holder of holders) time.after(busyMs, () => this.leave(holder));
    }
    this.apply(join(this.group, { run, whenBusy }, limit));
    await time.condition(() => !this.isWaiting());
    return this.isHeld();
  }

  giveBack(): void {
    const { run, plan } = this.options;
    if (!plan || this.state === 'none' || this.state === 'left') return;
    this.state = 'left';
    this.leave(run);
  }

  private leave(run: string): void {
    this.apply(leave(this.group, run));
  }

  private apply({ state, notices }: GroupTransition): void {
    this.group = state;
    for (const notice of notices) this.hear(notice);
  }

  /** The others end at once where they are told to. */
  private hear({ run, type }: GroupNotice): void {
    if (type === 'cancel') return this.leave(run);
    if (run === this.options.run && this.state === 'asked') this.state = type;
  }
}
