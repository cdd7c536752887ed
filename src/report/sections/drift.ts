/** How far new data is from what it was compared with. */
import { STATISTIC_LABELS } from '../../drift-statistics.ts';
import type { DriftReport } from '../../ml/audit/drift/drift-report.ts';
import type { Loaded } from '../evidence.ts';
import { badge, decimal, scientific } from '../figures.ts';
import { html, type Markup } from '../html.ts';

/** The rest is in the step's report. */
const MOST_SHOWN = 50;

export function driftSection({ step, value: report }: Loaded<DriftReport>): Markup {
  const { verdict, rows, columns, threshold, alpha } = report;
  const drifted = columns.filter(({ hasDrifted }) => hasDrifted).length;
  const label = STATISTIC_LABELS[report.statistic];
  return html`<section aria-labelledby="drift-${step}">
    <h2 id="drift-${step}">Drift “${step}” ${badge(BADGES[verdict])}</h2>
    <p>
      ${
        verdict === 'too-few-rows'
          ? `${rows.reference} and ${rows.current} rows are too few to tell drift from chance.`
          : `${drifted} of ${columns.length} columns have drifted between ${rows.reference} and ${rows.current} rows: a column has where ${label} is above ${threshold} and the corrected p-value is at most ${alpha}.`
      }
    </p>
    ${columns.length === 0 ? null : table(report, label)} ${predictions(report, label)}
    <p class="soft">
      Statistic ${report.statistic}; p-values corrected over all columns (Benjamini and Hochberg);
      seed ${report.seed}.
    </p>
  </section>`;
}

const BADGES = { drift: 'drift', 'no-drift': 'no drift', 'too-few-rows': 'too few rows' } as const;

function table({ columns }: DriftReport, label: string): Markup {
  return html`<div class="scroll">
    <table>
      <caption>
        Columns, those that drifted
        first${columns.length > MOST_SHOWN ? `; ${MOST_SHOWN} of ${columns.length}` : ''}
      </caption>
      <thead>
        <tr>
          <th scope="col">Column</th>
          <th scope="col" class="number">${label}</th>
          <th scope="col" class="number">p</th>
          <th scope="col" class="number">p, corrected</th>
          <th scope="col">Drifted</th>
        </tr>
      </thead>
      <tbody>
        ${columns.slice(0, MOST_SHOWN).map(
          ({ column, value, pValue, corrected, hasDrifted }) =>
            html`<tr>
              <th scope="row">${column}</th>
              <td class="number">${decimal(value)}</td>
              <td class="number">${scientific(pValue)}</td>
              <td class="number">${scientific(corrected)}</td>
              <td>${hasDrifted ? 'yes' : 'no'}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function predictions({ predictions: found, rows }: DriftReport, label: string): Markup | null {
  if (found === null) return null;
  const says = found.hasDrifted ? 'have drifted' : 'have not drifted';
  const counts = found.classes
    .map((one) => `${one.class} ${one.reference} then and ${one.current} now`)
    .join(', ');
  return html`<p>
    The predicted classes ${says} (${label} ${decimal(found.value)}, corrected p
    ${scientific(found.corrected)}). Of the rows of both sides (now ${rows.current}): ${counts}.
  </p>`;
}
