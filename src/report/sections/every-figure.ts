/** All that every step gave, folded: what has no section of its own is here. */
import type { Evidence, StepEvidence } from '../evidence.ts';
import { badge } from '../figures.ts';
import { html, type Markup } from '../html.ts';
import { jsonValue } from './json-value.ts';

/** More are folded as a whole, so that a page of thousands opens at once. */
const MAX_OPEN = 200;

export function everyFigureSection({ steps, findings }: Evidence): Markup | null {
  const told = steps.filter(({ status }) => status.outputs !== null || status.error !== null);
  if (told.length === 0) return null;
  const entries = told.map((step) => stepFigures(step, findings));
  return html`<section aria-labelledby="figures">
    <h2 id="figures">Every figure</h2>
    <p class="soft">What each step gave and stored; report.json has the exact numbers.</p>
    ${
      told.length > MAX_OPEN
        ? html`<details>
            <summary>${told.length} steps</summary>
            ${entries}
          </details>`
        : entries
    }
  </section>`;
}

function stepFigures({ status }: StepEvidence, findings: Evidence['findings']): Markup {
  const { id, kind, state, outputs, error } = status;
  const own = findings.filter(({ step }) => step === id || step.startsWith(`${id}[`));
  return html`<details class="step">
    <summary><strong>${id}</strong> <span class="soft">${kind}</span> ${badge(state)}</summary>
    ${error === null ? null : html`<p>${error.message} [${error.code}]</p>`}
    ${outputs === null ? null : jsonValue(outputs)}
    ${own.map(
      ({ step, ref, value }) =>
        html`<details>
          <summary>Stored by ${step}: ${kindOf(ref.mediaType)}</summary>
          ${jsonValue(value)}
        </details>`,
    )}
  </details>`;
}

/** `comparison` of `application/vnd.modelwright.comparison+json` */
const kindOf = (mediaType: string): string =>
  /vnd\.modelwright\.([\w-]+)\+json/.exec(mediaType)?.[1] ?? mediaType;
