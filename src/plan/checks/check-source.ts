/** Rules of a data set's source: its keys belong to its format. */
import type { Fault } from '../../spec/spec.ts';
import { type CheckedStep, literal } from './checked-step.ts';

const FOLDERS: readonly unknown[] = ['image-folder', 'text-folder'];
const NOT_FOR_SQL: readonly unknown[] = [...FOLDERS, 'idx', 'parallel-text'];

export function checkSource(step: CheckedStep): readonly Fault[] {
  const { given } = step;
  const format = literal(step, 'format');
  const faults: Fault[] = [];
  const refuse = (key: string, message: string, remedy: string): void => {
    faults.push({ code: 'SPEC_INVALID', path: [key], at: 'key', message, remedy });
  };
  if (given['tables'] !== undefined && given['query'] === undefined) {
    refuse('tables', '`tables` are what a `query` reads, and there is none', 'add a `query`');
  }
  if (given['query'] !== undefined && NOT_FOR_SQL.includes(format)) {
    refuse(
      'query',
      `a query cannot read the format ${String(format)}`,
      'it reads csv, tsv, json, jsonl and parquet',
    );
  }
  for (const key of ['labels', 'testFiles']) {
    if (given[key] === undefined || format === undefined || format === 'idx') continue;
    refuse(key, `\`${key}\` is for format idx, and this is ${String(format)}`, 'remove it');
  }
  if (format === 'idx' && given['labels'] === undefined) {
    const message = '`labels` is missing: the format idx has labels in a file of their own';
    const remedy = 'add `labels`';
    faults.push({ code: 'SPEC_MISSING_KEY', path: [], at: 'key', message, remedy });
  }
  return faults;
}

/** Whether columns of the source may name pictures by themselves. */
export function hasPictures(step: CheckedStep): boolean {
  const format = literal(step, 'format');
  return format === 'idx' || format === 'image-folder' || step.given['labels'] !== undefined;
}
