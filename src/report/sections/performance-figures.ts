/** What an audit says of a model's answers over all rows, by slices, and against production. */
import type {
  AuditReport,
  ColumnSlices,
  MeasuredFigure,
  WeakSegments,
} from '../../ml/audit/audit-report.ts';
import { METRIC_NAMES, METRICS } from '../../ml/audit/metric-names.ts';
import { decimal, percent } from '../figures.ts';
import { html, type Markup } from '../html.ts';

export function performanceTables(audit: AuditReport): (Markup | null)[] {
  return [
    metricsTable(audit),
    productionLine(audit),
    ...(audit.slices ?? []).map(slicesTable),
    audit.weakSegments ? segmentsTable(audit.weakSegments) : null,
  ];
}

function metricsTable({ metrics }: AuditReport): Markup | null {
  if (!metrics) return null;
  const rows = METRIC_NAMES.map((name) => [METRICS[name].what, shown(metrics[name])]);
  return table('Figures over all rows, with intervals', ['Figure', 'Value'], rows);
}

function slicesTable({ column, slices, warnings }: ColumnSlices): Markup {
  const rows = slices.map(({ slice, rows: count, ...figures }) => [
    slice,
    String(count),
    shown(figures.accuracy),
    shown(figures.f1),
    shown(figures.logLoss),
  ]);
  const heads = ['Slice', 'Rows', 'Accuracy', 'F1', 'Log loss'];
  return html`${table(`Slices by ${column}, with intervals`, heads, rows)}
  ${warnings.map((warning) => html`<p class="soft">${warning}.</p>`)}`;
}

function segmentsTable({ tried, alpha, segments, explained }: WeakSegments): Markup {
  if (segments.length === 0) {
    return html`<p>
      No weak segment among ${tried} that were tried (${percent(alpha)} by chance).
    </p>`;
  }
  const rows = segments.map((one) => [
    one.conditions.join(' and '),
    String(one.rows),
    percent(one.errorRate),
    percent(one.restErrorRate),
    decimal(one.adjusted, 4),
  ]);
  const heads = ['Weak segment', 'Rows', 'Wrong', 'Wrong elsewhere', 'p, corrected'];
  return html`${table(`Weak segments of ${tried} that were tried`, heads, rows)}
    <p class="soft">${explained} more are weak only as parts of these.</p>`;
}

function productionLine({ production }: AuditReport): Markup | null {
  if (!production) return null;
  if (production.verdict === 'first') return html`<p>No model is in production yet.</p>`;
  const { verdict, difference, pValue, rows, leftOut } = production;
  return html`<p>
    Against the model in production: ${verdict}; accuracy differs by ${decimal(difference.value)}
    (${decimal(difference.low)} to ${decimal(difference.high)}), p = ${decimal(pValue)}, on ${rows}
    rows, ${leftOut} left out.
  </p>`;
}

/** The first column heads its row. */
function table(caption: string, heads: readonly string[], rows: readonly string[][]): Markup {
  return html`<div class="scroll">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${heads.map((head, at) => html`<th scope="col" class="${at === 0 ? '' : 'number'}">${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([name = '', ...cells]) =>
            html`<tr>
              <th scope="row">${name}</th>
              ${cells.map((cell) => html`<td class="number">${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function shown(figure: MeasuredFigure): string {
  if (figure.value === null) return `– (${figure.reason})`;
  const { value, low, high } = figure;
  if (low === null || high === null) return decimal(value, 3);
  return `${decimal(value, 3)} (${decimal(low, 3)} to ${decimal(high, 3)})`;
}
