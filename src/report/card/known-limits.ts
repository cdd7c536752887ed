/** What a run has found that speaks against a model, in words. */
import type { AuditReport } from '../../ml/model.ts';
import type { ModelCard } from './model-card.ts';

type Found = Pick<ModelCard, 'audits' | 'explanations' | 'supervision' | 'comparisons' | 'reviews'>;

export function knownLimits(found: Found): readonly string[] {
  const { audits, explanations, supervision, comparisons, reviews } = found;
  return [
    ...audits.flatMap(({ step, report }) => ofAudit(report).map((text) => `${step}: ${text}`)),
    ...(audits.length === 0 ? ['the model was not audited'] : []),
    ...comparisons
      .filter(({ figures }) => ['worse', 'unsure', 'same'].includes(String(figures['verdict'])))
      .map(
        ({ step, figures }) => `${step}: against production it is ${String(figures['verdict'])}`,
      ),
    ...supervision
      .filter(({ verdict }) => verdict !== 'pass')
      .map(({ step, verdict, summary }) => `${step} says ${verdict}: ${summary}`),
    ...explanations
      .filter(({ figures }) => figures['reliable'] === false)
      .map(({ step }) => `${step}: not every explanation is reliable`),
    ...reviews
      .filter(({ rejected, relabelled, byTimeout }) => rejected + relabelled + byTimeout > 0)
      .map(
        ({ step, rejected, relabelled, byTimeout }) =>
          `${step}: people rejected ${rejected} and corrected ${relabelled} items; nobody decided ${byTimeout}`,
      ),
  ];
}

function ofAudit({ checks, baselines = [], groups = [], perClass, part }: AuditReport): string[] {
  return [
    ...checks
      .filter(({ status }) => status !== 'pass')
      .map(({ name, status, message }) => `the check ${name} says ${status}: ${message}`),
    ...baselines
      .filter(({ beaten }) => !beaten)
      .map(({ name }) => `the baseline “${name}” is not beaten`),
    ...groups.flatMap(({ column, warnings }) =>
      warnings.map((warning) => `by ${column} ${warning}`),
    ),
    ...perClass
      .filter(({ rows }) => rows === 0)
      .map((one) => `the ${part} part has no row of the class ${one.class}`),
  ];
}
