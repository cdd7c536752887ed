/** What an audit says of how the model behaves. */
import type {
  AuditReport,
  BehaviourExample,
  BehaviourFigure,
  ShownAnswer,
} from '../../ml/audit/audit-report.ts';
import { decimal, percent } from '../figures.ts';
import { html, type Markup } from '../html.ts';

/** The rest is in the audit's report. */
const MOST_EXAMPLES = 3;
const MOST_CHARACTERS = 300;

export function behaviourTable({ behaviour = [] }: AuditReport): Markup | null {
  if (behaviour.length === 0) return null;
  return html`<h3>Tests of behaviour</h3>
    <div class="scroll">
      <table>
        <caption>
          Share of trials that pass, and the worst that do not
        </caption>
        <thead>
          <tr>
            <th scope="col">Test</th>
            <th scope="col">Type</th>
            <th scope="col" class="number">Trials</th>
            <th scope="col" class="number">Failed</th>
            <th scope="col" class="number">Pass</th>
            <th scope="col">Worst</th>
          </tr>
        </thead>
        <tbody>
          ${behaviour.map(line)}
        </tbody>
      </table>
    </div>`;
}

function line({ name, type, tried, failed, passRate, examples }: BehaviourFigure): Markup {
  return html`<tr>
    <th scope="row">${name}</th>
    <td>${type}</td>
    <td class="number">${tried}</td>
    <td class="number">${failed}</td>
    <td class="number">${percent(passRate)}</td>
    <td class="words">
      ${examples.slice(0, MOST_EXAMPLES).map((one) => html`<p>${inWords(one)}</p>`)}
    </td>
  </tr>`;
}

function inWords({ row, before, after }: BehaviourExample): string {
  const said = `row ${row}: ${before ? `${answer(before)} → ` : ''}${answer(after)}`;
  return said.length > MOST_CHARACTERS ? `${said.slice(0, MOST_CHARACTERS)}…` : said;
}

const answer = ({ cells, class: name, probabilities }: ShownAnswer): string =>
  `${cells} is ${name} (${percent(Math.max(...probabilities))})`;

/** What noise and attacks cost; noise alone is in the checks. */
export function attacksTable({ noise, adversarial }: AuditReport): Markup | null {
  if (!adversarial) return null;
  const attacks = adversarial.attacks.map(
    ({ attack, epsilon, accuracy, low, high }) =>
      html`<tr>
        <th scope="row">${attack === 'none' ? 'no change' : attack.toUpperCase()}</th>
        <td class="number">${epsilon}</td>
        <td class="number">${percent(accuracy)} (${percent(low)} to ${percent(high)})</td>
      </tr>`,
  );
  const noisy = noise.map(
    ({ standardDeviation, accuracy }) =>
      html`<tr>
        <th scope="row">noise</th>
        <td class="number">${standardDeviation}</td>
        <td class="number">${percent(accuracy)}</td>
      </tr>`,
  );
  return html`<h3>Small changes</h3>
    <div class="scroll">
      <table>
        <caption>
          Accuracy under attack on ${adversarial.rows} rows, and under noise
        </caption>
        <thead>
          <tr>
            <th scope="col">Change</th>
            <th scope="col" class="number">Strength</th>
            <th scope="col" class="number">Accuracy</th>
          </tr>
        </thead>
        <tbody>
          ${attacks} ${noisy}
        </tbody>
      </table>
    </div>`;
}

export function membershipWords({ membership }: AuditReport): Markup | null {
  if (!membership) return null;
  const { members, others, attacks } = membership;
  const found = attacks.map(
    ({ attack, auc, advantage, advantageLow, advantageHigh }) =>
      `by ${attack} an advantage of ${decimal(advantage, 3)} (${decimal(advantageLow, 3)} to ${decimal(advantageHigh, 3)}), area ${decimal(auc, 3)}`,
  );
  return html`<p>
    Telling ${members} rows that were trained on from ${others} others: ${found.join('; ')}.
  </p>`;
}
