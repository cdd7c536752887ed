/**
 * `matches`: regular expressions of RE2, as CEL asks for, in time linear in the text. JavaScript's
 * own would let a pattern such as `(a+)+$` stop the workflow.
 */
import { RE2JS, RE2JSException } from 're2js';
import { LIMITS } from './limits.ts';
import { CelFault, type Meter } from './meter.ts';

const shownPattern = (pattern: string): string => JSON.stringify(pattern.slice(0, 60));

/** @throws CelFault if the pattern is too long or no regular expression of RE2. */
export function compilePattern(pattern: string): RE2JS {
  if (pattern.length > LIMITS.patternLength) {
    const limit = LIMITS.patternLength;
    throw new CelFault(`the pattern has ${pattern.length} characters; ${limit} are allowed`);
  }
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    const reason = error.message.replace(/^error parsing regexp: /, '');
    throw new CelFault(`${shownPattern(pattern)} is not a regular expression: ${reason}`);
  }
}

/** Whether the pattern is found anywhere in the text. */
export function findMatch(text: string, pattern: string, meter: Meter): boolean {
  const compiled = compileOnce(pattern, meter);
  // The engine looks at each state of its program at most once for each character.
  meter.spend((compiled.programSize() * text.length) / 64);
  return compiled.matcher(text).find();
}

/** A state takes about as long to make as four steps. */
function compileOnce(pattern: string, meter: Meter): RE2JS {
  const known = meter.patterns.get(pattern);
  if (known) return known;
  meter.spend(1 + pattern.length);
  const compiled = compilePattern(pattern);
  meter.spend(4 * compiled.programSize());
  meter.patterns.set(pattern, compiled);
  return compiled;
}
