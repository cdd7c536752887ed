/**
 * Looks over a YAML text token by token before anything is composed of it: refuses what a
 * pipeline may not hold, and what could cost more than an error.
 */
import { CST, Lexer } from 'yaml';
import type { ErrorCode } from '../errors.ts';
import { LIMITS } from './limits.ts';

/** Something wrong at an offset (UTF-16 code units) of the text. */
export interface TextFault {
  readonly code: ErrorCode;
  readonly offset: number;
  readonly message: string;
  readonly remedy?: string;
}

/* eslint-disable-next-line no-control-regex -- control characters are what it looks for */
const CONTROL = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u0084\u0086-\u009F\uFFFE\uFFFF]/;

/** @returns the first control character (NUL and its like; not tab, line feed, carriage return). */
export function findControlCharacter(text: string): { index: number; name: string } | null {
  const match = CONTROL.exec(text);
  if (!match) return null;
  const code = match[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  return { index: match.index, name: `U+${code}` };
}

const REFUSED: Readonly<Record<string, Omit<TextFault, 'offset'>>> = {
  anchor: {
    code: 'SPEC_ALIAS',
    message: 'anchors (`&name`) are not allowed',
    remedy: 'write the value out, or make it a parameter',
  },
  alias: {
    code: 'SPEC_ALIAS',
    message: 'aliases (`*name`) are not allowed',
    remedy: 'write the value out; text that starts with `*` needs quotes',
  },
  tag: {
    code: 'SPEC_TAG',
    message: 'tags (`!name`) are not allowed',
    remedy: 'remove the tag; text that starts with `!` needs quotes',
  },
  'directive-line': {
    code: 'SPEC_SYNTAX',
    message: 'YAML directives (`%…`) are not allowed',
    remedy: 'remove the line; the file is read as YAML 1.2',
  },
};

/**
 * How deep the text nests, counted without recursion; safe to compose when `isTooDeep` is not.
 *
 * Flow collections are counted exactly. A block collection is known by the column where it
 * starts. A map and the list under it may share one and a lone scalar has one too, so this only
 * bounds the depth; `readYaml` counts it exactly once the text is composed.
 */
class DepthGauge {
  private flow = 0;
  private readonly columns: number[] = [];
  /** Only indentation and `-`, `?`, `:` so far in this line. */
  private atStart = true;

  get isTooDeep(): boolean {
    return this.flow > LIMITS.depth || this.columns.length > LIMITS.depth + 1;
  }

  see(type: string, column: number): void {
    if (type === 'newline') this.atStart = true;
    if (type === 'space' || type === 'newline' || type === 'comment') return;
    const opens = type === 'flow-seq-start' || type === 'flow-map-start';
    if (this.atStart && this.flow === 0 && !opens) this.startBlock(column);
    if (opens) this.flow += 1;
    if (type === 'flow-seq-end' || type === 'flow-map-end') this.flow = Math.max(0, this.flow - 1);
    this.atStart &&= type.endsWith('-ind');
  }

  private startBlock(column: number): void {
    while ((this.columns.at(-1) ?? -1) > column) this.columns.pop();
    if (this.columns.at(-1) !== column) this.columns.push(column);
  }
}

interface Token {
  readonly type: string;
  readonly offset: number;
  readonly column: number;
}

/** Tokens with their places; the lexer's own marks, which have no text, are left out. */
function* tokensOf(text: string): Generator<Token> {
  let offset = 0;
  let lineStart = 0;
  let isContent = false;
  for (const token of new Lexer().lex(text)) {
    if (token === CST.DOCUMENT || token === CST.FLOW_END) continue;
    if (token === CST.SCALAR) {
      isContent = true;
      continue;
    }
    const type = isContent ? 'scalar' : (CST.tokenType(token) ?? 'scalar');
    yield { type, offset, column: offset - lineStart };
    isContent = false;
    const lineEnd = token.lastIndexOf('\n');
    if (lineEnd >= 0) lineStart = offset + lineEnd + 1;
    offset += token.length;
  }
}

/**
 * @param text  without control characters, which the lexer uses as marks
 * @returns what is refused, in the order of the text; never more than `LIMITS.errors`, and
 * nothing after a limit was passed.
 */
export function scanTokens(text: string): readonly TextFault[] {
  const faults: TextFault[] = [];
  const gauge = new DepthGauge();
  let keys = 0;
  let tokens = 0;
  for (const { type, offset, column } of tokensOf(text)) {
    tokens += 1;
    if (type === 'map-value-ind') keys += 1;
    gauge.see(type, column);
    const refused = REFUSED[type];
    if (refused) faults.push({ ...refused, offset });
    const limit = passedLimit(gauge.isTooDeep, keys, tokens);
    if (limit) faults.push({ code: 'SPEC_LIMIT', offset, ...limit });
    if (limit || faults.length >= LIMITS.errors) break;
  }
  return faults;
}

export const TOO_DEEP = {
  message: `the file nests deeper than ${LIMITS.depth} levels`,
  remedy: 'flatten it',
} as const;

export const TOO_MANY_KEYS = {
  message: `the file has more than ${LIMITS.keys} keys`,
  remedy: 'split the pipeline',
} as const;

function passedLimit(
  isTooDeep: boolean,
  keys: number,
  tokens: number,
): { message: string; remedy: string } | null {
  if (isTooDeep) return TOO_DEEP;
  if (keys > LIMITS.keys) return TOO_MANY_KEYS;
  if (tokens <= LIMITS.tokens) return null;
  return {
    message: `the file has more than ${LIMITS.tokens} tokens`,
    remedy: 'split the pipeline',
  };
}
