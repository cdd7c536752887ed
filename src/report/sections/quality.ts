/** How good the model is: checks, members against the fusion, classes, the confusion matrix. */
import { foreachOutputs } from '../../foreach-outputs.ts';
import type { Json, JsonObject } from '../../json.ts';
import { isJsonObject } from '../../json.ts';
import type { AuditReport } from '../../ml/model.ts';
import type { Evidence, StepEvidence } from '../evidence.ts';
import { attacksTable, behaviourTable, membershipWords } from './audit-behaviour.ts';
import { leakageWords, stochasticityWords } from './audit-data.ts';
import { baselinesTable, groupsTables, textFigures } from './audit-figures.ts';
import { performanceTables } from './performance-figures.ts';
import { comparisonSection } from './comparison.ts';
import { driftSection } from './drift.ts';
import { explanationSection } from './explanations.ts';
import { globalSection } from './global-explanations.ts';
import { badge, decimal, percent, textOf } from '../figures.ts';
import { jsonValue } from './json-value.ts';
import { html, type Markup } from '../html.ts';

/** Larger matrices are unreadable as a table; the gallery has them as a picture. */
const MAX_MATRIX_CLASSES = 30;

export function qualitySections(evidence: Evidence): Markup[] {
  return [
    ...evidence.audits
      .filter(({ step }) => !isItem(step))
      .map(({ step, value }) => auditSection(step, value)),
    ...itemAudits(evidence.audits.filter(({ step }) => isItem(step))),
    ...stepsOfKind(evidence, 'fuse').map(fusionSection),
    ...evidence.drifts.map(driftSection),
    ...stepsOfKind(evidence, 'compare').map(comparisonSection),
    ...stepsOfKind(evidence, 'explain').map((step) =>
      explanationSection(
        step,
        evidence.explanations.find((found) => found.step === step.status.id)?.value ?? null,
      ),
    ),
    ...evidence.globalExplanations.map(globalSection),
  ];
}

/** Steps that ended well; of one with `foreach` its items, each called as its artifacts are. */
function stepsOfKind({ steps }: Evidence, kind: string): StepEvidence[] {
  return steps.flatMap((step): StepEvidence[] => {
    const { status } = step;
    if (status.kind !== kind || status.outputs === null) return [];
    const several = foreachOutputs(status.outputs);
    if (!several) return [step];
    return several.items.flatMap((outputs, index) =>
      outputs ? [{ ...step, status: { ...status, id: `${status.id}[${index}]`, outputs } }] : [],
    );
  });
}

const isItem = (step: string): boolean => step.endsWith(']');

/** One line for each: there may be thousands, each with its own artifact. */
function itemAudits(audits: Evidence['audits']): Markup[] {
  if (audits.length === 0) return [];
  return [
    html`<section aria-labelledby="audits-of-items">
      <h2 id="audits-of-items">Audits of items</h2>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Item</th>
              <th scope="col">Verdict</th>
              <th scope="col">Part</th>
              <th scope="col" class="number">Accuracy</th>
              <th scope="col" class="number">Interval</th>
              <th scope="col" class="number">Calibration error</th>
            </tr>
          </thead>
          <tbody>
            ${audits.map(
              ({ step, value }) =>
                html`<tr>
                  <th scope="row">${step}</th>
                  <td>${badge(value.status)}</td>
                  <td>${value.part}</td>
                  <td class="number">${percent(value.accuracy.value, 2)}</td>
                  <td class="number">
                    ${percent(value.accuracy.low, 2)} to ${percent(value.accuracy.high, 2)}
                  </td>
                  <td class="number">${decimal(value.expectedCalibrationError, 3)}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </section>`,
  ];
}

export function auditSection(step: string, audit: AuditReport): Markup {
  return html`<section aria-labelledby="audit-${step}">
    <h2 id="audit-${step}">Audit “${step}” ${badge(audit.status)}</h2>
    <p class="soft">
      ${audit.rows} rows of the ${audit.part} part; interval from ${audit.bootstrapSamples}
      bootstrap samples; seed ${audit.seed}.
    </p>
    ${checksTable(audit)} ${textFigures(audit)} ${baselinesTable(audit)} ${groupsTables(audit)}
    ${performanceTables(audit)} ${behaviourTable(audit)} ${attacksTable(audit)}
    ${membershipWords(audit)} ${leakageWords(audit)} ${stochasticityWords(audit)}
    ${audit.texts ? null : [classesTable(audit), matrix(audit)]} ${otherFigures(audit)}
  </section>`;
}

/** What the tables above show; everything else that the audit has is shown as it is. */
const TOLD: readonly string[] = [
  ...['part', 'rows', 'status', 'accuracy', 'confidence', 'bootstrapSamples', 'perClass'],
  ...['confusion', 'checks', 'texts', 'baselines', 'groups', 'seed', 'behaviour', 'adversarial'],
  ...['membership', 'metrics', 'slices', 'weakSegments', 'production', 'leakage', 'stochasticity'],
];

function otherFigures(audit: AuditReport): Markup | null {
  const rest = Object.entries(audit).filter(
    ([name, value]) => value !== undefined && !TOLD.includes(name),
  );
  if (rest.length === 0) return null;
  return html`<details>
    <summary>Further figures: ${rest.map(([name]) => name).join(', ')}</summary>
    ${jsonValue(Object.fromEntries<Json>(rest))}
  </details>`;
}

function checksTable({ checks }: AuditReport): Markup {
  if (checks.length === 0) return html`<p>The audit had no checks; it measured only.</p>`;
  return html`<div class="scroll">
    <table>
      <caption>
        Checks
      </caption>
      <thead>
        <tr>
          <th scope="col">Check</th>
          <th scope="col">Result</th>
          <th scope="col" class="number">Measured</th>
          <th scope="col" class="number">Bound</th>
          <th scope="col">In words</th>
        </tr>
      </thead>
      <tbody>
        ${checks.map(
          (check) =>
            html`<tr>
              <th scope="row">${check.name}</th>
              <td>${badge(check.status)}</td>
              <td class="number">${decimal(check.value)}</td>
              <td class="number">${decimal(check.bound)}</td>
              <td class="words">${check.message}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function classesTable({ perClass }: AuditReport): Markup {
  return html`<details open>
    <summary>Each class</summary>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Class</th>
            <th scope="col" class="number">Rows</th>
            <th scope="col" class="number">Precision</th>
            <th scope="col" class="number">Recall</th>
            <th scope="col" class="number">F1</th>
          </tr>
        </thead>
        <tbody>
          ${perClass.map(
            (row) =>
              html`<tr>
                <th scope="row">${row.class}</th>
                <td class="number">${row.rows}</td>
                <td class="number">${percent(row.precision)}</td>
                <td class="number">${percent(row.recall)}</td>
                <td class="number">${percent(row.f1)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </details>`;
}

/** A cell's ground is the share of its row, so that rare classes show as well. */
function matrix({ perClass, confusion }: AuditReport): Markup | null {
  const names = perClass.map((row) => row.class);
  if (names.length > MAX_MATRIX_CLASSES) return null;
  const cell = (count: number, total: number, i: number, j: number) => {
    const share = total === 0 ? 0 : count / total;
    const tint = count === 0 ? '' : `heat-${Math.min(9, Math.floor(10 * share))}`;
    const weight = i === j ? html`<strong>${count}</strong>` : html`${count}`;
    return html`<td class="${tint}">${weight}</td>`;
  };
  return html`<h3>Confusion matrix</h3>
    <div class="scroll">
      <table class="matrix">
        <caption>
          Rows: the true class; columns: the predicted one
        </caption>
        <thead>
          <tr>
            <td></td>
            ${names.map((name) => html`<th scope="col">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${confusion.map((counts, i) => {
            const total = counts.reduce((sum, count) => sum + count, 0);
            return html`<tr>
              <th scope="row">${names[i] ?? ''}</th>
              ${counts.map((count, j) => cell(count, total, i, j))}
            </tr>`;
          })}
        </tbody>
      </table>
    </div>`;
}

function fusionSection({ status, plan, input }: StepEvidence): Markup {
  const outputs = status.outputs ?? {};
  const names = memberNames(plan.with);
  const weights = listOf(outputs['weights']);
  const members = listOf(outputs['members']);
  const better = outputs['beatsBestMember'] === true;
  return html`<section aria-labelledby="fusion-${status.id}">
    <h2 id="fusion-${status.id}">Fusion “${status.id}”</h2>
    <p>
      Method ${textOf(isJsonObject(input) ? input['method'] : undefined)}. On the validation part
      the fused model
      ${better ? 'is at least as good as its best member.' : 'does not beat its best member.'}
      ${textOf(outputs['message'])}
    </p>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Model</th>
            <th scope="col" class="number">Weight</th>
            <th scope="col" class="number">Accuracy</th>
            <th scope="col" class="number">Loss (nats)</th>
          </tr>
        </thead>
        <tbody>
          ${members.map((member, i) =>
            fusionRow(names[i] ?? `member ${i + 1}`, weights[i] ?? null, member),
          )}
          ${fusionRow('fused', null, outputs['fused'] ?? null)}
        </tbody>
      </table>
    </div>
  </section>`;
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

function fusionRow(name: string, weight: Json, measured: Json): Markup {
  const { accuracy, loss }: JsonObject = isJsonObject(measured) ? measured : {};
  const number = (value: Json | undefined) => (typeof value === 'number' ? value : null);
  return html`<tr class="${name === 'fused' ? 'strong' : ''}">
    <th scope="row">${name}</th>
    <td class="number">${number(weight) === null ? '' : decimal(number(weight), 3)}</td>
    <td class="number">${percent(number(accuracy), 2)}</td>
    <td class="number">${decimal(number(loss))}</td>
  </tr>`;
}

/** The steps that `members` refers to. */
function memberNames(template: StepEvidence['plan']['with']): (string | undefined)[] {
  const members = 'map' in template ? template.map['members'] : undefined;
  if (members === undefined || !('list' in members)) return [];
  return members.list.map((member) => ('ref' in member ? member.ref.step : undefined));
}
