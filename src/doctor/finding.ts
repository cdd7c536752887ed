/** One thing that `doctor` looked at. */
export interface Finding {
  readonly check: string;
  readonly status: 'ok' | 'warn' | 'fail';
  /** What was found. */
  readonly message: string;
  /** How to mend it; `null` where nothing is wrong. */
  readonly remedy: string | null;
  /** Figures, for machines. */
  readonly details: Readonly<Record<string, unknown>>;
}

export function ok(
  check: string,
  message: string,
  details: Readonly<Record<string, unknown>> = {},
): Finding {
  return { check, status: 'ok', message, remedy: null, details };
}

export function problem(
  check: string,
  status: 'warn' | 'fail',
  what: { message: string; remedy: string; details?: Readonly<Record<string, unknown>> },
): Finding {
  const { message, remedy, details = {} } = what;
  return { check, status, message, remedy, details };
}
