/** A counterfactual or a rule as sentences, for people who decide on the row. */
import type { CounterfactualFound, RowExplanation } from '../model.ts';

/** @returns none for an explanation that weighs values. */
export function explanationInWords({
  counterfactual,
  rule,
}: Pick<RowExplanation, 'counterfactual' | 'rule'>): readonly string[] {
  return [
    ...(counterfactual ? counterfactualInWords(counterfactual) : []),
    ...(rule ? ruleInWords(rule) : []),
  ];
}

function counterfactualInWords(
  found: NonNullable<RowExplanation['counterfactual']>,
): readonly string[] {
  if (found.status === 'none') {
    const wanted = found.class === null ? 'another class' : `“${found.class}”`;
    return [`No change leads to ${wanted}: ${found.reason}.`];
  }
  return [
    `The model would say “${found.class}” (${percent(found.probability)}) with:`,
    ...found.changes.map(changeInWords),
  ];
}

const changeInWords = ({ feature, from, to }: CounterfactualFound['changes'][number]): string =>
  `${feature}: ${from ?? 'empty'} → ${to ?? 'empty'}`;

function ruleInWords(rule: NonNullable<RowExplanation['rule']>): readonly string[] {
  const { status, predicates, precision, coverage } = rule;
  const when = predicates.length === 0 ? 'Whatever the row is' : `If ${predicates.join(' and ')}`;
  const share = `${percent(precision.value)} (${percent(precision.low)} to ${percent(precision.high)})`;
  const found = `${when}, the model says the same for ${share} of rows; ${percent(coverage)} of the training part are such rows.`;
  return status === 'found' ? [found] : ['No rule is precise enough. The nearest:', found];
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
