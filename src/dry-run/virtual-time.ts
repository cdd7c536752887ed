/**
 * A time in which nothing takes any: when all is waiting, the clock jumps to whatever is due next.
 *
 * Waits and cancellation are as Temporal's in a workflow: a wait belongs to the scope in which it
 * was begun and ends with a `CancelledFailure` when that is cancelled; conditions are looked at
 * whenever all else has come to rest, oldest first; of what is due at one time, what was set
 * first comes first.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { CancelledFailure } from '@temporalio/common';
import { PipelineError } from '../errors.ts';

interface Timer {
  readonly atMs: number;
  readonly fire: () => void;
}

interface Condition {
  readonly holds: () => boolean;
  readonly resolve: () => void;
}

export class CancelScope {
  private readonly listeners = new Set<() => void>();
  private cancelled = false;

  isCancelled(): boolean {
    return this.cancelled;
  }

  cancel(): void {
    this.cancelled = true;
    const listeners = [...this.listeners];
    this.listeners.clear();
    for (const listener of listeners) listener();
  }

  /** @returns what stops listening */
  onCancel(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }
}

export class VirtualTime {
  private nowMs: number;
  /** By time; of one time in the order of setting. */
  private readonly timers: Timer[] = [];
  private readonly conditions = new Set<Condition>();
  /** `null`: what is waited for there goes on whatever is cancelled. */
  private readonly scopes = new AsyncLocalStorage<CancelScope | null>();

  /** @param startsAtMs  epoch */
  constructor(startsAtMs: number) {
    this.nowMs = startsAtMs;
  }

  now(): number {
    return this.nowMs;
  }

  within<T>(scope: CancelScope, work: () => Promise<T>): Promise<T> {
    return this.scopes.run(scope, work);
  }

  nonCancellable<T>(work: () => Promise<T>): Promise<T> {
    return this.scopes.run(null, work);
  }

  /** Of what calls this; `null` where that cannot be cancelled. */
  scope(): CancelScope | null {
    return this.scopes.getStore() ?? null;
  }

  /** @returns what takes the timer back */
  after(ms: number, fire: () => void): () => void {
    const timer = { atMs: this.nowMs + Math.max(ms, 0), fire };
    const later = this.timers.findIndex(({ atMs }) => atMs > timer.atMs);
    this.timers.splice(later < 0 ? this.timers.length : later, 0, timer);
    return () => {
      const at = this.timers.indexOf(timer);
      if (at >= 0) this.timers.splice(at, 1);
    };
  }

  sleep(ms: number): Promise<void> {
    return this.wait<void>((resolve) => this.after(ms, resolve));
  }

  condition(holds: () => boolean): Promise<void>;
  condition(holds: () => boolean, withinMs: number): Promise<boolean>;
  condition(holds: () => boolean, withinMs?: number): Promise<boolean | void> {
    return this.wait<boolean>((resolve) => {
      if (holds()) {
        resolve(true);
        return () => undefined;
      }
      const condition = { holds, resolve: () => settle(true) };
      const takeBack =
        withinMs === undefined ? () => undefined : this.after(withinMs, () => settle(false));
      const leave = () => {
        this.conditions.delete(condition);
        takeBack();
      };
      const settle = (held: boolean) => {
        leave();
        resolve(held);
      };
      this.conditions.add(condition);
      return leave;
    });
  }

  /**
   * Lets time pass until something is over, or until a time.
   *
   * @throws PipelineError `INTERNAL` where nothing is due any more.
   */
  async pass(isOver: () => boolean, untilMs: number): Promise<void> {
    for (;;) {
      await settled();
      if (isOver()) return;
      if (this.release()) continue;
      const next = this.timers[0];
      if (next === undefined) throw new PipelineError('INTERNAL', 'the run waits for nothing');
      if (next.atMs > untilMs) {
        this.nowMs = untilMs;
        return;
      }
      this.timers.shift();
      this.nowMs = next.atMs;
      next.fire();
    }
  }

  /** @returns whether any condition came to hold */
  private release(): boolean {
    const held = [...this.conditions].filter(({ holds }) => holds());
    for (const { resolve } of held) resolve();
    return held.length > 0;
  }

  /** @param begin  begins the wait, and gives what ends it early */
  private wait<T>(begin: (resolve: (value: T) => void) => () => void): Promise<T> {
    const scope = this.scope();
    return new Promise<T>((resolve, reject) => {
      const cancelled = () => reject(new CancelledFailure('the run was cancelled'));
      if (scope?.isCancelled()) return cancelled();
      let end = (): void => undefined;
      const stopListening = scope?.onCancel(() => {
        end();
        cancelled();
      });
      // A condition that holds already ends the wait at once.
      end = begin((value) => {
        stopListening?.();
        resolve(value);
      });
    });
  }
}

/** Every promise that can go on has. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
