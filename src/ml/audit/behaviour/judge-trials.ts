/** Which answers of a model keep to what a test of its behaviour says. */
import { likeliestClass, type ProbabilityTable } from '../metrics.ts';

/** What must hold; `index` is a class. */
export type BehaviourRule =
  | { readonly type: 'given'; readonly index: number; readonly mustBe: boolean }
  /** Without `maxChange` the class must stay, with it no probability may change by more. */
  | { readonly type: 'same'; readonly index: number | null; readonly maxChange: number | null }
  | {
      readonly type: 'directional';
      readonly index: number;
      readonly direction: 'not-lower' | 'not-higher';
      readonly tolerance: number;
    };

export interface Trial {
  /** Row of `before`. */
  readonly from: number;
  /** Row of `after`. */
  readonly to: number;
}

export interface JudgedTrial extends Trial {
  readonly passed: boolean;
  /** How far it is off, comparable within one rule. */
  readonly severity: number;
}

export interface Answers {
  readonly before: ProbabilityTable;
  readonly after: ProbabilityTable;
}

/** @see Ribeiro et al. 2020, Beyond Accuracy: Behavioral Testing of NLP Models with CheckList */
export function judgeTrials(
  trials: readonly Trial[],
  { before, after }: Answers,
  rule: BehaviourRule,
): JudgedTrial[] {
  const was = (row: number, index: number) => before.values[row * before.classes + index] ?? NaN;
  const is = (row: number, index: number) => after.values[row * after.classes + index] ?? NaN;
  return trials.map(({ from, to }) => {
    switch (rule.type) {
      case 'given': {
        const passed = (likeliestClass(after, to) === rule.index) === rule.mustBe;
        const probability = is(to, rule.index);
        return { from, to, passed, severity: rule.mustBe ? 1 - probability : probability };
      }
      case 'same': {
        const indices =
          rule.index === null ? Array.from({ length: after.classes }, (_, i) => i) : [rule.index];
        const change = Math.max(...indices.map((i) => Math.abs(is(to, i) - was(from, i))));
        const passed =
          rule.maxChange === null
            ? likeliestClass(after, to) === likeliestClass(before, from)
            : change <= rule.maxChange;
        return { from, to, passed, severity: change };
      }
      case 'directional': {
        const gain = is(to, rule.index) - was(from, rule.index);
        const wrong = rule.direction === 'not-lower' ? -gain : gain;
        return { from, to, passed: wrong <= rule.tolerance, severity: wrong };
      }
    }
  });
}

/** The failed ones that are farthest off, first come first of equals. */
export const worstTrials = (judged: readonly JudgedTrial[], most: number): JudgedTrial[] =>
  judged
    .filter(({ passed }) => !passed)
    .sort((a, b) => b.severity - a.severity)
    .slice(0, most);
