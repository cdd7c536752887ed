/** What is wrong with one cell of new data, in words. */
import type { ErrorCode } from '../../errors.ts';

export interface CellFault {
  readonly column: string;
  readonly message: string;
  readonly remedy: string;
  /** @default DATA_INVALID */
  readonly code?: ErrorCode | undefined;
}

/** Without its column, which the caller knows. */
export type Fault = Omit<CellFault, 'column'>;

export const ABSENT: Fault = {
  message: 'there is no value',
  remedy: 'give every column that the model reads; null stands for an empty cell',
};

export const TOO_LARGE: Fault = {
  message: 'the value is beyond a 32-bit float once it is scaled',
  remedy: 'mend the cell',
};

const SHOWN_CHARS = 60;

/** A value as a message shows it, cut. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value === 'number') return String(value);
  const text = JSON.stringify(typeof value === 'string' ? value.slice(0, SHOWN_CHARS + 1) : value);
  if (text === undefined) return String(value);
  return text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}…` : text;
}
