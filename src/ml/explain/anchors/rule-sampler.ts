/** Rows in which a rule holds, and everything else is left to chance. */
import { SPECIAL_TOKENS } from '../../../data/dataset.ts';
import type { CounterRandom } from '../../random.ts';
import type { RowBlock } from '../model-function.ts';
import type { TokenSlice } from '../passages.ts';
import { isWord, type ColumnPredicate, type Predicate } from './predicates.ts';

export interface RuleSampler {
  /** @returns `[count, values]`. */
  readonly draw: (rule: readonly number[], count: number) => Float32Array;
  /** Share of the training rows in which a rule holds. */
  readonly coverage: (rule: readonly number[]) => number;
}

export interface SamplerOptions {
  /** `[values]`, the row to explain. */
  readonly row: Float32Array;
  readonly predicates: readonly Predicate[];
  readonly training: RowBlock;
  readonly texts: readonly TokenSlice[];
  readonly random: CounterRandom;
}

/**
 * A drawn row is one of the training part; a column of the rule that it does not meet is taken from
 * another training row that does, or from the row itself where there is none. Texts are the row's
 * own: each word that the rule does not name is masked with a chance of one half, by a word that the
 * model does not know.
 */
export function ruleSampler(options: SamplerOptions): RuleSampler {
  const { predicates, training } = options;
  const meeting = predicates.map((predicate) => rowsMeeting(predicate, training));
  return {
    draw: (rule, count) => {
      const x = new Float32Array(count * training.values);
      for (let index = 0; index < count; index += 1) {
        const start = index * training.values;
        fillRow(options, { x, start, rule, meeting });
      }
      return x;
    },
    coverage: (rule) => {
      let covered = 0;
      for (let start = 0; start < training.x.length; start += training.values) {
        if (rule.every((index) => predicates[index]!.holds(training.x, start))) covered += 1;
      }
      return covered / training.rows;
    },
  };
}

interface RowCall {
  readonly x: Float32Array;
  readonly start: number;
  readonly rule: readonly number[];
  /** Of each predicate, the training rows that meet it. */
  readonly meeting: readonly Int32Array[];
}

function fillRow(options: SamplerOptions, { x, start, rule, meeting }: RowCall): void {
  const { row, predicates, training, texts, random } = options;
  const { values } = training;
  const from = random.integer(training.rows) * values;
  x.set(training.x.subarray(from, from + values), start);
  for (const index of rule) {
    const predicate = predicates[index]!;
    if (predicate.kind === 'word' || predicate.holds(x, start)) continue;
    const rows = meeting[index]!;
    const source = rows.length === 0 ? null : rows[random.integer(rows.length)]! * values;
    copyColumn(predicate, source === null ? row : training.x.subarray(source), x, start);
  }
  const kept = new Set(rule.map((index) => tokenOf(predicates[index]!)));
  for (const { offset, length } of texts) {
    for (let at = offset; at < offset + length; at += 1) {
      const token = row[at]!;
      const isMasked = isWord(token) && !kept.has(token) && random.uniform() < 0.5;
      x[start + at] = isMasked ? SPECIAL_TOKENS.unknown : token;
    }
  }
}

function copyColumn(
  { at, size }: ColumnPredicate,
  source: Float32Array,
  x: Float32Array,
  start: number,
): void {
  x.set(source.subarray(at, at + size), start + at);
}

const tokenOf = (predicate: Predicate): number =>
  predicate.kind === 'word' ? predicate.token : SPECIAL_TOKENS.padding;

function rowsMeeting({ holds }: Predicate, { x, rows, values }: RowBlock): Int32Array {
  const met: number[] = [];
  for (let row = 0; row < rows; row += 1) if (holds(x, row * values)) met.push(row);
  return Int32Array.from(met);
}
