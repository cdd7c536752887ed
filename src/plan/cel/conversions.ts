/** `int(…)`, `double(…)`, `bool(…)`: strict about text, for what is half a number is a mistake. */
import type { Json } from '../../json.ts';
import { CelFault } from './meter.ts';

const WHOLE = /^[+-]?\d{1,20}$/;
/** No two parts that could share a digit: linear in the text. */
const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
const TRUE = ['1', 't', 'true', 'TRUE', 'True'];
const FALSE = ['0', 'f', 'false', 'FALSE', 'False'];

/** Cuts the fraction off, towards zero. */
export function toInt(value: Json): number {
  if (typeof value === 'string' && !WHOLE.test(value)) throw notA('a whole number', value);
  const whole = Math.trunc(Number(value));
  if (!Number.isSafeInteger(whole)) {
    throw new CelFault(`${shown(value)} is beyond 2^53 - 1, the largest whole number of JSON`);
  }
  return whole + 0;
}

export function toDouble(value: Json): number {
  if (typeof value === 'string' && !DECIMAL.test(value)) throw notA('a number', value);
  const number = Number(value);
  if (!Number.isFinite(number)) throw notA('a finite number', value);
  return number + 0;
}

export function toBool(value: Json): boolean {
  if (typeof value === 'boolean') return value;
  if (TRUE.includes(String(value))) return true;
  if (FALSE.includes(String(value))) return false;
  throw notA('true or false', value);
}

const notA = (what: string, value: Json): CelFault =>
  new CelFault(`${shown(value)} is not ${what}`);

/** Without the text itself, which may be what nobody is to see. */
const shown = (value: Json): string => (typeof value === 'string' ? 'the text' : String(value));
