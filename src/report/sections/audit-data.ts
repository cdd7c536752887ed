/** What an audit says of the data and of asking twice. */
import type { AuditReport } from '../../ml/audit/audit-report.ts';
import { decimal, percent, scientific } from '../figures.ts';
import { html, type Markup } from '../html.ts';

const MAX_FEATURES = 5;

export function leakageWords({ leakage }: AuditReport): Markup | null {
  if (!leakage) return null;
  const { rows, sharedRows, contradictoryRows, comparedRows, nearRows, near, alone } = leakage;
  const nearly =
    nearRows === null
      ? 'Rows that are nearly the same were not looked for.'
      : `Of ${comparedRows} rows ${nearRows} more are nearly there (differences up to ${near}).`;
  return html`<p>
      Of ${rows} audited rows the training part has ${sharedRows} too, ${contradictoryRows} with
      another label. ${nearly}
    </p>
    ${
      alone.length === 0
        ? null
        : html`<p>
            Single features that tell a class best:
            ${alone
              .slice(0, MAX_FEATURES)
              .map(
                ({ feature, class: name, auc }) => `${feature} (${name}, area ${decimal(auc, 3)})`,
              )
              .join('; ')}.
          </p>`
    }`;
}

export function stochasticityWords({ stochasticity }: AuditReport): Markup | null {
  if (!stochasticity) return null;
  const { rows, differingRows, largestDifference, churn } = stochasticity;
  return html`<p>
    Asked again in another order, in other batches and loaded anew, the model answers
    ${differingRows} of ${rows} rows
    otherwise${
      differingRows === 0 ? '' : ` (a probability by up to ${scientific(largestDifference)})`
    }.
    ${
      churn
        ? `Of ${churn.models} models trained otherwise one gives ${percent(churn.share, 1)} of the rows another class, each ${percent(churn.mean, 1)} on average.`
        : null
    }
  </p>`;
}
