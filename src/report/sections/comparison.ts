/** A new model against the one in production, from the outputs of `compare`. */
import type { Json, JsonObject } from '../../json.ts';
import { isJsonObject } from '../../json.ts';
import type { StepEvidence } from '../evidence.ts';
import { decimal, percent, textOf } from '../figures.ts';
import { html, type Markup } from '../html.ts';

const numberOf = (value: Json | undefined): number | null =>
  typeof value === 'number' ? value : null;
const shareOf = (value: Json | undefined): string => percent(numberOf(value), 2);

/** What each verdict means, for someone who knows none of the terms. */
const MEANING: Readonly<Record<string, string>> = {
  first: 'There was no model in production yet to compare with.',
  better: 'The new model is better, by more than chance explains.',
  worse: 'The new model is worse, by more than chance explains.',
  unsure: 'The rows do not settle which model is better: people were asked.',
  same: 'Both models say the same of every row.',
};

export function comparisonSection({ status }: StepEvidence): Markup {
  const outputs = status.outputs ?? {};
  const verdict = textOf(outputs['verdict']);
  return html`<section aria-labelledby="compare-${status.id}">
    <h2 id="compare-${status.id}">Comparison “${status.id}”: ${verdict}</h2>
    <p>${MEANING[verdict] ?? ''}</p>
    ${isJsonObject(outputs['difference']) ? figures(outputs, outputs['difference']) : null}
  </section>`;
}

function figures(outputs: JsonObject, difference: JsonObject): Markup {
  const rows: readonly (readonly [string, string])[] = [
    ['Accuracy of the new model', shareOf(outputs['candidateAccuracy'])],
    [
      `Accuracy of version ${textOf(outputs['productionVersion'])}`,
      shareOf(outputs['productionAccuracy']),
    ],
    [
      'Difference, with its interval',
      `${shareOf(difference['value'])} (${shareOf(difference['low'])} to ${shareOf(difference['high'])})`,
    ],
    ['p of the exact McNemar test', decimal(numberOf(outputs['pValue']))],
    ['Rows that the two predict differently', textOf(outputs['disagreements'])],
    ['Rows compared', textOf(outputs['rows'])],
    ['Rows left out: a model had seen them', textOf(outputs['leftOut'])],
  ];
  return html`<div class="scroll">
    <table>
      <tbody>
        ${rows.map(
          ([label, value]) =>
            html`<tr>
              <th scope="row">${label}</th>
              <td class="number">${value}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
