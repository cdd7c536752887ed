/** What an audit says of baselines, and of groups of rows. */
import type { AuditReport, GroupFigures, MeasuredGap } from '../../ml/model.ts';
import { badge, decimal, percent } from '../figures.ts';
import { html, type Markup } from '../html.ts';

export function baselinesTable({ baselines = [], accuracy }: AuditReport): Markup | null {
  if (baselines.length === 0) return null;
  return html`<div class="scroll">
    <table>
      <caption>
        Baselines on the same rows; the model has ${percent(accuracy.value, 2)}
      </caption>
      <thead>
        <tr>
          <th scope="col">Baseline</th>
          <th scope="col" class="number">Accuracy</th>
          <th scope="col" class="number">Gain of the model</th>
          <th scope="col" class="number">p (McNemar)</th>
          <th scope="col">Beaten</th>
        </tr>
      </thead>
      <tbody>
        ${baselines.map(
          (one) =>
            html`<tr>
              <th scope="row">${IN_WORDS[one.name]}</th>
              <td class="number">${percent(one.accuracy, 2)}</td>
              <td class="number">
                ${decimal(one.difference)} (${decimal(one.low)} to ${decimal(one.high)})
              </td>
              <td class="number">${decimal(one.pValue)}</td>
              <td>${badge(one.beaten ? 'pass' : 'flag')}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** Of a model that writes a text. */
export function textFigures({ texts, accuracy }: AuditReport): Markup | null {
  if (!texts) return null;
  const { bleu, decoding } = texts;
  const precisions = bleu.precisions.map((precision) => percent(precision)).join(', ');
  return html`<p>
    The very text was written for ${percent(accuracy.value, 2)} of the rows
    (${percent(accuracy.low, 2)} to ${percent(accuracy.high, 2)}). BLEU ${decimal(bleu.value)}:
    precisions of 1 to 4 words ${precisions}, brevity penalty ${decimal(bleu.brevityPenalty)}.
    Beginnings kept at each place: ${decoding.beam}.
  </p>`;
}

const IN_WORDS = { majority: 'the most frequent class', model: 'a simple model' } as const;

export function groupsTables({ groups = [] }: AuditReport): Markup[] {
  return groups.map(groupsTable);
}

function groupsTable({ column, favourable, groups, gaps, warnings }: GroupFigures): Markup {
  return html`<h3>By ${column}</h3>
    <div class="scroll">
      <table>
        <caption>
          Shares given “${favourable}”, with intervals
        </caption>
        <thead>
          <tr>
            <th scope="col">Group</th>
            <th scope="col" class="number">Rows</th>
            <th scope="col" class="number">Of all</th>
            <th scope="col" class="number">Of those that are it</th>
            <th scope="col" class="number">Of those that are not</th>
          </tr>
        </thead>
        <tbody>
          ${groups.map(
            (group) =>
              html`<tr>
                <th scope="row">${group.group}</th>
                <td class="number">${group.rows}</td>
                <td class="number">${interval(group.favourableRate)}</td>
                <td class="number">${interval(group.truePositiveRate)}</td>
                <td class="number">${interval(group.falsePositiveRate)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <p>
      Demographic parity difference ${interval(gaps.demographicParity)}; equalised odds difference
      ${interval(gaps.equalisedOdds)}; disparate impact ${interval(gaps.disparateImpact)}.
    </p>
    ${warnings.map((warning) => html`<p class="soft">${warning}.</p>`)}`;
}

function interval(measured: MeasuredGap | null): string {
  if (measured === null) return '–';
  return `${decimal(measured.value, 3)} (${decimal(measured.low, 3)} to ${decimal(measured.high, 3)})`;
}
