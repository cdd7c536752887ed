/** Sends at most one message per interval; the last one is always sent, by `flush` if need be. */

export interface Throttle<T> {
  push(value: T): void;
  /** Sends what is waiting, now. */
  flush(): void;
}

export interface ThrottleOptions<T> {
  readonly everyMs: number;
  /** Joins what is waiting with what comes. */
  readonly merge: (waiting: T, next: T) => T;
  readonly send: (value: T) => void;
}

/**
 * The time is looked at in `push` itself, since a step that computes without a pause never lets
 * a timer run; the timer is for what comes last before a pause.
 */
export function createThrottle<T>(options: ThrottleOptions<T>): Throttle<T> {
  let waiting: { readonly value: T } | null = null;
  let timer: NodeJS.Timeout | null = null;
  let sentAtMs = -Infinity;

  const flush = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (waiting === null) return;
    const { value } = waiting;
    waiting = null;
    sentAtMs = performance.now();
    options.send(value);
  };

  return {
    push(value) {
      waiting = { value: waiting === null ? value : options.merge(waiting.value, value) };
      const remainingMs = sentAtMs + options.everyMs - performance.now();
      if (remainingMs <= 0) flush();
      else timer ??= setTimeout(flush, remainingMs).unref();
    },
    flush,
  };
}
