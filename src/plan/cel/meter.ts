/** Counts what one evaluation does, and stops it at the limits. */
import type { RE2JS } from 're2js';
import { isJsonObject, type Json } from '../../json.ts';
import { LIMITS } from './limits.ts';

/** A value for which an operation has no answer; `isLimit` where going on would cost too much. */
export class CelFault extends Error {
  readonly remedy: string | undefined;
  readonly isLimit: boolean;
  /** Where in the expression; set by the node that it passes first. */
  offset: number | null = null;

  constructor(message: string, remedy?: string, isLimit = false) {
    super(message);
    this.name = 'CelFault';
    this.remedy = remedy;
    this.isLimit = isLimit;
  }
}

export class Meter {
  /** Compiled in this evaluation, each paid for once. */
  readonly patterns = new Map<string, RE2JS>();
  #left: number = LIMITS.steps;

  /** @throws CelFault once the steps of the evaluation are used up. */
  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) throw overLimit(`takes more than ${LIMITS.steps} steps`);
  }

  /** Pays for looking at so many characters. */
  spendText(length: number): void {
    this.spend(1 + Math.floor(length / 64));
  }

  /** Pays for a text before it is made. */
  makeText(length: number): void {
    if (length > LIMITS.textLength) {
      throw overLimit(`makes a text of more than ${LIMITS.textLength} characters`);
    }
    this.spendText(length);
  }

  /**
   * Pays for walking over a value. A list that holds another twice is walked twice, so what is
   * small in memory and large as JSON is found out before it is written.
   */
  walk(value: Json): void {
    let length = 0;
    const grow = (by: number): void => {
      length += by;
      if (length <= LIMITS.textLength) return;
      throw overLimit(`makes a value of more than ${LIMITS.textLength} characters`);
    };
    const visit = (part: Json, depth: number): void => {
      this.enter(depth);
      grow(typeof part === 'string' ? part.length : 1);
      if (typeof part === 'string') this.spendText(part.length);
      if (isJsonObject(part)) {
        for (const [key, inner] of Object.entries(part)) {
          grow(key.length);
          visit(inner, depth + 1);
        }
      } else if (Array.isArray(part)) {
        for (const inner of part as readonly Json[]) visit(inner, depth + 1);
      }
    };
    visit(value, 1);
  }

  /** Pays for a part of a value so many levels down. */
  enter(depth: number): void {
    this.spend(1);
    if (depth <= LIMITS.valueDepth) return;
    throw overLimit(`meets a value of more than ${LIMITS.valueDepth} levels`);
  }
}

const overLimit = (what: string): CelFault =>
  new CelFault(`the expression ${what}`, 'do this in a step', true);
