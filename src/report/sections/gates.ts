/** What the gates weighed, rule by rule, and what came of it. */
import type { GateReport } from '../../activities/gate/gate.ts';
import type { Evidence, Loaded } from '../evidence.ts';
import { badge } from '../figures.ts';
import { html, type Markup } from '../html.ts';
import { jsonValue } from './json-value.ts';

export const gateSections = ({ supervision }: Evidence): Markup[] => supervision.map(gateSection);

function gateSection({ step, value: gate }: Loaded<GateReport>): Markup {
  return html`<section aria-labelledby="gate-${step}">
    <h2 id="gate-${step}">Gate “${step}” ${badge(gate.verdict)}</h2>
    <p>${gate.summary}.</p>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Rule</th>
            <th scope="col">Holds</th>
            <th scope="col" class="number">Found</th>
            <th scope="col" class="number">Bound</th>
            <th scope="col">Action</th>
          </tr>
        </thead>
        <tbody>
          ${gate.rules.map(
            (rule) =>
              html`<tr>
                <th scope="row">${rule.rule}</th>
                <td>${badge(rule.isBroken ? 'broken' : 'holds')}</td>
                <td class="number">${rule.value === null ? '–' : jsonValue(rule.value)}</td>
                <td class="number">${jsonValue(rule.bound)}</td>
                <td>${rule.action}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}
