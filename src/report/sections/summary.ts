/** What the run was, how it ended, and its main figures. */
import type { Evidence } from '../evidence.ts';
import { badge, decimal, duration, percent, textOf, utcTime } from '../figures.ts';
import { html, type Markup } from '../html.ts';
import { originText } from '../origin-text.ts';

export function summarySection(evidence: Evidence): Markup {
  const { status, plan } = evidence.record;
  const { run, state, startedAtMs, finishedAtMs } = status;
  return html`<header>
    <p class="soft">Run report</p>
    <h1>${plan.pipeline} ${badge(state)}</h1>
    ${plan.description ? html`<p>${plan.description}</p>` : null}
    <p class="verdict">${verdictOf(evidence)}</p>
    <p class="soft">
      Run <code>${run.id}</code>, started by ${originText(run)} at ${utcTime(startedAtMs)}; took
      ${duration(startedAtMs, finishedAtMs)}.
    </p>
    ${figures(evidence)} ${problems(evidence)}
  </header>`;
}

/** One sentence that answers: and what came of it? */
function verdictOf({ record, steps }: Evidence): string {
  const { state, error } = record.status;
  if (state === 'failed') {
    return `The run failed: ${error ? `${error.message} [${error.code}]` : 'no reason was recorded'}`;
  }
  if (state === 'cancelled') {
    const done = steps.filter(({ status }) => status.state === 'succeeded').length;
    return `The run was cancelled after ${done} of ${steps.length} steps.`;
  }
  const promoted = steps.flatMap(({ status }) =>
    status.kind === 'promote' && status.outputs ? [status.outputs] : [],
  );
  if (promoted.length === 0) return `${countOf(steps)}; no model was promoted.`;
  const models = promoted.map(
    (outputs) =>
      `${textOf(outputs['name'])} version ${textOf(outputs['version'])} ${outputs['promoted'] === false ? 'stays' : 'is now'} ${textOf(outputs['alias'])}`,
  );
  return `The run succeeded: ${models.join('; ')}.`;
}

function countOf(steps: Evidence['steps']): string {
  const skipped = steps.filter(({ status }) => status.state === 'skipped').length;
  if (skipped === 0) return `All ${steps.length} steps succeeded`;
  return `${steps.length - skipped} steps were done and ${skipped} skipped`;
}

/** Those of single items are told further down. */
const ofWholeSteps = (audits: Evidence['audits']): Evidence['audits'] =>
  audits.filter(({ step }) => !step.endsWith(']'));

function figures({ audits, gates }: Evidence): Markup {
  const whole = ofWholeSteps(audits);
  // One audit needs no name.
  const named = (step: string, title: string) => (whole.length > 1 ? `${step}: ${title}` : title);
  const ofAudits = whole.flatMap(({ step, value }) => [
    figure(
      named(step, `Accuracy, ${value.part} part`),
      percent(value.accuracy.value, 2),
      `${percent(value.confidence, 0)} interval ${percent(value.accuracy.low, 2)} to ${percent(value.accuracy.high, 2)}, ${value.rows} rows`,
    ),
    figure(
      named(step, 'Calibration error'),
      decimal(value.expectedCalibrationError, 3),
      'expected difference of confidence and accuracy',
    ),
    figure(named(step, 'Audit'), badge(value.status), `${value.checks.length} checks`),
  ]);
  const subjects = gates.flatMap(({ gate }) => gate.subjects);
  const decided = subjects.filter(({ outcome }) => outcome !== 'open').length;
  const ofGates =
    gates.length === 0
      ? []
      : [figure('Reviewed by people', `${decided} of ${subjects.length}`, 'flagged predictions')];
  const all = [...ofAudits, ...ofGates];
  return all.length === 0 ? html`` : html`<dl class="figures">${all}</dl>`;
}

function figure(title: string, value: string | Markup, note: string): Markup {
  return html`<div class="figure">
    <dt>${title}</dt>
    <dd>${value}<small>${note}</small></dd>
  </div>`;
}

function problems(evidence: Evidence): Markup | null {
  if (evidence.problems.length === 0) return null;
  return html`<section aria-labelledby="problems">
    <h2 id="problems">What could not be read</h2>
    <ul>
      ${evidence.problems.map((problem) => html`<li>${problem}</li>`)}
    </ul>
  </section>`;
}
