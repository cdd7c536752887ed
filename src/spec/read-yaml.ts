/** YAML text → JSON value, with the place of everything in it. */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  type Scalar,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import type { Json } from '../json.ts';
import { FORBIDDEN_KEYS, LIMITS } from './limits.ts';
import {
  findControlCharacter,
  scanTokens,
  type TextFault,
  TOO_DEEP,
  TOO_MANY_KEYS,
} from './scan-tokens.ts';

export interface YamlReading {
  /** `undefined` where the text is not YAML, or nothing. */
  readonly value: Json | undefined;
  readonly root: Node | null;
  /** In the order of the text. */
  readonly faults: readonly TextFault[];
}

/**
 * Reads one YAML 1.2 document (core schema) without anchors, aliases, tags or directives.
 *
 * Keys that could reach into prototypes, and repeated keys, are left out of the value and
 * reported. Linear in the text: yaml's own check of unique keys is quadratic and is off.
 */
export function readYaml(text: string): YamlReading {
  const control = findControlCharacter(text);
  if (control) return nothing([controlFault(control.index, control.name)]);
  const scanned = scanTokens(text);
  if (scanned.length > 0) return nothing(scanned);
  const document = compose(text);
  const problems = syntaxFaults([...document.errors, ...document.warnings], text);
  if (problems.length > 0) return nothing(problems);
  const root = document.contents;
  const faults: TextFault[] = [];
  const value = root ? new Reader(faults).read(root, 1) : undefined;
  if (faults.some(({ code }) => code === 'SPEC_LIMIT')) return nothing(faults);
  return { value, root, faults };
}

/** What yaml says of every token after a fault that it did not recover from. */
const ECHO = /token in YAML stream|at node end/;

function syntaxFaults(errors: readonly YAMLError[], text: string): readonly TextFault[] {
  const told = errors.filter(({ message }, index) => index === 0 || !ECHO.test(message));
  return told.slice(0, LIMITS.errors).map(({ code, message, pos: [offset] }): TextFault => {
    if (code === 'MULTIPLE_DOCS') {
      return {
        code: 'SPEC_MULTIPLE_DOCUMENTS',
        offset,
        message: 'the file holds a second document',
        remedy: 'keep one pipeline in each file',
      };
    }
    const remedy = quotesFor(message, text, offset);
    return { code: 'SPEC_SYNTAX', offset, message, ...(remedy !== null && { remedy }) };
  });
}

/** Where YAML took a part of an expression for its own: what quotes would mend. */
function quotesFor(message: string, text: string, offset: number): string | null {
  if (text.startsWith('${{', offset - 1)) {
    return "an expression inside [ ] or { } needs quotes: '${{ … }}'";
  }
  const end = text.indexOf('\n', offset);
  const line = text.slice(text.lastIndexOf('\n', offset) + 1, end < 0 ? text.length : end);
  if (!message.startsWith('Nested mappings') || !line.includes('${{')) return null;
  return "an expression with `: ` in it needs quotes: '${{ … }}'";
}

const nothing = (faults: readonly TextFault[]): YamlReading => ({
  value: undefined,
  root: null,
  faults,
});

function controlFault(offset: number, name: string): TextFault {
  return {
    code: 'SPEC_CONTROL_CHARACTER',
    offset,
    message: `the control character ${name} is not allowed`,
    remedy: 'remove it',
  };
}

/** yaml makes an Error with a stack for each fault; 300,000 of them take 4 s, 1 s without stacks. */
function compose(text: string): Document.Parsed {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return parseDocument(text, {
      version: '1.2',
      schema: 'core',
      merge: false,
      resolveKnownTags: false,
      stringKeys: true,
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'error',
    });
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** Turns nodes into JSON; recursion is safe because the depth is bounded before composing. */
class Reader {
  private keys = 0;
  private readonly faults: TextFault[];

  constructor(faults: TextFault[]) {
    this.faults = faults;
  }

  read(node: Node | null, depth: number): Json {
    if (node === null) return null;
    if (isScalar(node)) return this.readScalar(node);
    if (depth > LIMITS.depth) {
      this.report({ code: 'SPEC_LIMIT', offset: offsetOf(node), ...TOO_DEEP });
      return null;
    }
    if (isSeq(node)) return node.items.map((item) => this.read(item as Node | null, depth + 1));
    if (isMap(node)) return this.readMap(node, depth);
    const what = isAlias(node) ? 'aliases are' : 'this is';
    this.report({ code: 'SPEC_ALIAS', offset: offsetOf(node), message: `${what} not allowed` });
    return null;
  }

  private readMap(map: YAMLMap, depth: number): Json {
    const value: Record<string, Json> = {};
    const seen = new Set<string>();
    for (const pair of map.items) {
      const key = pair.key as Scalar;
      this.keys += 1;
      if (this.keys === LIMITS.keys + 1) {
        this.report({ code: 'SPEC_LIMIT', offset: offsetOf(key), ...TOO_MANY_KEYS });
      }
      const name = String(key.value ?? '');
      const item = this.read(pair.value as Node | null, depth + 1);
      if (this.acceptKey(name, key, seen)) value[name] = item;
    }
    return value;
  }

  private acceptKey(name: string, key: Scalar, seen: Set<string>): boolean {
    const offset = offsetOf(key);
    if (FORBIDDEN_KEYS.has(name)) {
      const message = `the key "${name}" is not allowed`;
      this.report({ code: 'SPEC_FORBIDDEN_KEY', offset, message, remedy: 'use another name' });
    } else if (name === '<<') {
      const remedy = 'write the keys out';
      this.report({
        code: 'SPEC_ALIAS',
        offset,
        message: 'merge keys (`<<`) are not allowed',
        remedy,
      });
    } else if (seen.has(name)) {
      const message = `the key "${name}" stands twice in one map`;
      this.report({ code: 'SPEC_DUPLICATE_KEY', offset, message, remedy: 'remove one of them' });
    } else if (findControlCharacter(name)) {
      this.report(controlFault(offset, findControlCharacter(name)?.name ?? ''));
    } else {
      seen.add(name);
      return true;
    }
    return false;
  }

  private readScalar(node: Scalar): Json {
    const { value, source = '' } = node;
    const offset = offsetOf(node);
    if (typeof value === 'string') {
      const control = findControlCharacter(value);
      if (control) this.report(controlFault(offset, control.name));
      return value;
    }
    if (typeof value === 'number') return this.readNumber(value, source, offset);
    return typeof value === 'boolean' ? value : null;
  }

  private readNumber(value: number, source: string, offset: number): Json {
    if (!Number.isFinite(value)) {
      const message = `${source} is not a number that can be stored`;
      this.report({ code: 'SPEC_INVALID', offset, message, remedy: 'write a finite number' });
      return null;
    }
    if (!Number.isSafeInteger(value) && /^[-+]?(0[xo])?[0-9a-f]+$/i.test(source)) {
      this.report({
        code: 'SPEC_UNSAFE_INTEGER',
        offset,
        message: `the integer ${source.slice(0, 40)} is beyond ±(2^53 − 1) and would lose digits`,
        remedy: 'put it in quotes to keep it as text',
      });
    }
    return Object.is(value, -0) ? 0 : value;
  }

  private report(fault: TextFault): void {
    if (this.faults.length < LIMITS.errors) this.faults.push(fault);
  }
}

const offsetOf = (node: Node): number => node.range?.[0] ?? 0;
