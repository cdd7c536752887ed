/** What the model looks at, over the rows that were explained, and how far to believe it. */
import type { ExplainStep } from '../../activities/step-types.ts';
import { explanationInWords } from '../../ml/explain/explanation-in-words.ts';
import type { Explanations } from '../../ml/model.ts';
import { meaningOf } from '../../ml/visualize/attribution-meaning.ts';
import type { StepEvidence } from '../evidence.ts';
import { badge, decimal, scientific } from '../figures.ts';
import { html, type Markup } from '../html.ts';

const MAX_FEATURES = 12;
/** Of those in words; the rest is in the artifact. */
const MAX_ROWS = 10;

/** @param found  the artifact; `null` where it could not be read. */
export function explanationSection({ status }: StepEvidence, found: Explanations | null): Markup {
  // The outputs were checked against the kind's schema when the step ended.
  const outputs = status.outputs as unknown as ExplainStep['outputs'];
  const { method, rows, largestError, largestSamplingError, reliable, topFeatures, quality } =
    outputs;
  const strongest = topFeatures[0]?.meanAbsoluteAttribution ?? 0;
  return html`<section aria-labelledby="explain-${status.id}">
    <h2 id="explain-${status.id}">
      Explanations “${status.id}” ${badge(reliable ? 'reliable' : 'not reliable')}
    </h2>
    <p>
      ${rows} rows explained by
      ${method}${
        typeof largestError === 'number'
          ? `; the attributions of a row sum to its probability's distance from the baseline, but for an error of at most ${scientific(largestError)}.`
          : '.'
      }
      ${
        typeof largestSamplingError === 'number'
          ? `The draw of coalitions may move an attribution by about ${decimal(largestSamplingError)}.`
          : null
      }
    </p>
    ${qualityList(quality)}
    ${
      topFeatures.length === 0
        ? null
        : html`<div class="scroll">
            <table>
              <caption>
                Mean absolute attribution, ${found ? meaningOf(found).unit : 'in probability'}
              </caption>
              ${topFeatures.slice(0, MAX_FEATURES).map(
                ({ feature, meanAbsoluteAttribution: mean }) =>
                  html`<tr>
                    <th scope="row">${feature}</th>
                    <td class="number">${decimal(mean)}</td>
                    <td class="bar">
                      <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
                        <rect width="${barWidth(mean, strongest)}" height="4" />
                      </svg>
                    </td>
                  </tr>`,
              )}
            </table>
          </div>`
    }
    ${found ? rowsInWords(found) : null}
  </section>`;
}

/** Runs of earlier versions measured none. */
function qualityList(quality: ExplainStep['outputs']['quality'] | undefined): Markup | null {
  if (!quality) return null;
  const figures: readonly (readonly [string, number | null])[] = [
    ['Rank correlation between seeds', quality.rankCorrelation],
    ['Most important values in common between seeds', quality.topJaccard],
    ['Insertion minus deletion', quality.faithfulness],
    ['Rank correlation with the untrained model', quality.untrainedCorrelation],
  ];
  return html`<ul>
    <li>Explanations not to be relied on: ${quality.doubtfulRows}</li>
    ${figures.flatMap(([name, value]) =>
      value === null ? [] : [html`<li>${name}: ${decimal(value)}</li>`],
    )}
  </ul>`;
}

function rowsInWords({ rows }: Explanations): Markup | null {
  const told = rows
    .map((row) => ({ sourceRow: row.sourceRow, lines: explanationInWords(row) }))
    .filter(({ lines }) => lines.length > 0);
  if (told.length === 0) return null;
  return html`<ul class="items">
      ${told.slice(0, MAX_ROWS).map(
        ({ sourceRow, lines }) =>
          html`<li class="item">
            <h3>Row ${sourceRow}</h3>
            ${lines.map((line) => html`<p>${line}</p>`)}
          </li>`,
      )}
    </ul>
    ${told.length > MAX_ROWS ? html`<p class="soft">… and ${told.length - MAX_ROWS} rows more.</p>` : null}`;
}

function barWidth(value: number, largest: number): string {
  return largest > 0 ? ((100 * value) / largest).toFixed(1) : '0';
}
