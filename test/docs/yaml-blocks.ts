/** The blocks of YAML on a page of docs/, so that what it shows can be checked. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { renderError } from '../../src/errors.ts';
import { type CompileOptions, findFaults } from '../../src/plan/compile-plan.ts';
import { parseSpec } from '../../src/spec/parse-spec.ts';

const DOCS = path.resolve(import.meta.dirname, '../../docs');

export interface Block {
  /** Of its first line in the page. */
  readonly line: number;
  /** Said after the block's language: it is no whole pipeline of ours. */
  readonly isFragment: boolean;
  readonly text: string;
}

export function blocksOf(page: string): readonly Block[] {
  const text = readFileSync(path.join(DOCS, page), 'utf8');
  return [...text.matchAll(/^```yaml(.*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    line: text.slice(0, match.index).split('\n').length + 1,
    isFragment: match[1]?.includes('fragment') ?? false,
    text: match[2] ?? '',
  }));
}

/** The first block in another language that has such a text in it. @throws if there is none */
export function codeOf(page: string, language: string, holds: string): string {
  const text = readFileSync(path.join(DOCS, page), 'utf8');
  const blocks = [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)];
  const found = blocks.find(([, of, code]) => of === language && code?.includes(holds));
  if (found?.[2] === undefined) throw new Error(`${page} has no ${language} with ${holds}`);
  return found[2];
}

export const isPipeline = ({ isFragment, text }: Block): boolean =>
  !isFragment && /^steps:/m.test(text);

/** @returns every fault of a block, as `validate` would print it. */
export const faultsIn = ({ line, text }: Block, options: CompileOptions = {}): readonly string[] =>
  findFaults(parseSpec(text, `block@${line}`), options).map(renderError);
