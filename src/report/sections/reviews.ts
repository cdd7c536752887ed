/** What people were asked, what they saw, and what they said. */
import type {
  ItemStatus,
  RecordedDecision,
  RefusedDecision,
  ReviewItem,
} from '../../workflows/run-state.ts';
import type { Evidence, GateEvidence } from '../evidence.ts';
import { badge, decimal, percent, scientific, utcTime } from '../figures.ts';
import { html, type Markup } from '../html.ts';
import type { Pictures } from '../load-pictures.ts';
import { pixelPicture } from '../pixel-picture.ts';

/** The rest is in the review items' artifact. */
const MAX_SHOWN = 60;
const MAX_ROW_VALUES = 40;
const MAX_ATTRIBUTIONS = 5;
/** A longer text has a block of its own. */
const MAX_CELL = 80;
const MAX_TEXT = 4_000;
/** Of a probability; less would read 0.0 %. */
const SMALLEST_SHOWN = 0.0005;

export function reviewSections(evidence: Evidence, pictures: Pictures): Markup[] {
  return evidence.gates.map((gate) => gateSection(gate, pictures));
}

function gateSection({ gate, items }: GateEvidence, pictures: Pictures): Markup {
  const shown = gate.subjects.slice(0, MAX_SHOWN);
  const itemOf = (id: string) => items?.items.find((item) => item.id === id) ?? null;
  const { subjects, refusals } = gate;
  return html`<section aria-labelledby="review-${gate.gateId}">
    <h2 id="review-${gate.gateId}">Review “${gate.gateId}” ${badge(gate.state)}</h2>
    ${items?.instructions ? html`<p>${items.instructions}</p>` : null}
    <p class="soft">
      ${subjects.length} items, open from ${utcTime(gate.openedAtMs)}; quorum ${gate.quorum};
      ${gate.reviewers ? `reviewers ${gate.reviewers.join(', ')}` : 'anyone may decide'}${
        gate.fourEyes ? '; not whoever started the run' : ''
      }.
      ${subjects.length > MAX_SHOWN ? `The first ${MAX_SHOWN} are shown.` : ''}
    </p>
    <ul class="items">
      ${shown.map((subject) => itemCard(subject, itemOf(subject.id), pictures))}
    </ul>
    ${refusals.length > 0 ? refusalList(refusals) : null}
  </section>`;
}

function itemCard(subject: ItemStatus, item: ReviewItem | null, pictures: Pictures): Markup {
  const { label, byTimeout } = subject;
  return html`<li class="item">
    <h3>${titleOf(subject, item)} ${badge(subject.outcome)}</h3>
    ${item ? whatWasShown(item, pictures) : null}
    ${label === null ? null : html`<p>New label: <strong>${label}</strong></p>`}
    ${byTimeout ? html`<p>Nobody decided in time.</p>` : null}
    ${subject.decisions.map(decisionLine)}
  </li>`;
}

function titleOf({ id }: ItemStatus, item: ReviewItem | null): string {
  if (item === null) return id;
  return item.sourceRow === null ? 'Question' : `Row ${item.sourceRow}`;
}

function whatWasShown(item: ReviewItem, pictures: Pictures): Markup {
  const top = item.top
    .filter(({ probability }) => probability >= SMALLEST_SHOWN)
    .map((guess) => `${guess.class}: ${percent(guess.probability)}`)
    .join(', ');
  return html`${inputOf(item, pictures)}
    ${item.predicted === null ? null : html`<p>Predicted <strong>${item.predicted}</strong> <span class="soft">(${top})</span></p>`}
    <p class="soft">${item.reason}</p>
    ${setOf(item)} ${explanationOf(item)}`;
}

function setOf({ conformal }: ReviewItem): Markup | null {
  if (!conformal) return null;
  const { alpha, set } = conformal;
  return html`<p class="soft">
    Set at α = ${alpha}: ${set.length === 0 ? 'none' : set.join(', ')}
  </p>`;
}

function inputOf({ input, picture, sourceRow }: ReviewItem, pictures: Pictures): Markup {
  const overlay = picture && pictures.get(picture.sha256);
  if (overlay) return html`<img src="${overlay}" alt="Row ${sourceRow} with its attribution" />`;
  if (input.kind === 'image') return pictureOf(input, `The picture of row ${sourceRow}`);
  if (input.kind === 'text') return textOf(input.text);
  if (input.kind === 'question') return valuesOf(Object.entries(input.facts), true) ?? html``;
  const shownPictures = Object.entries(input.pictures ?? {});
  const values = Object.entries(input.values);
  const texts = values.filter(([, value]) => isLong(value));
  return html`${shownPictures.map(([name, picture]) => pictureOf(picture, `${name} of row ${sourceRow}`))}
  ${texts.map(
    ([name, value]) =>
      html`<p class="soft">${name}</p>
        ${textOf(String(value))}`,
  )}
  ${valuesOf(values.filter(([, value]) => !isLong(value)))}`;
}

type ShownPicture = Pick<Extract<ReviewItem['input'], { kind: 'image' }>, 'shape' | 'pixels'>;
type ShownValue = string | number | boolean | null;

const pictureOf = ({ shape, pixels }: ShownPicture, alt: string): Markup =>
  html`<img class="pixels" src="${pixelPicture(shape, pixels)}" alt="${alt}" />`;

const isLong = (value: ShownValue): boolean =>
  typeof value === 'string' && (value.length > MAX_CELL || value.includes('\n'));

function textOf(text: string): Markup {
  const more = text.length - MAX_TEXT;
  return html`<blockquote class="text">${text.slice(0, MAX_TEXT)}</blockquote>
    ${more > 0 ? html`<p class="soft">… and ${more} characters more</p>` : null}`;
}

function valuesOf(
  values: readonly (readonly [string, ShownValue])[],
  isOpen = false,
): Markup | null {
  if (values.length === 0) return null;
  return html`<details${isOpen ? { markup: ' open' } : null}>
    <summary>${values.length} values</summary>
    <table>
      ${values.slice(0, MAX_ROW_VALUES).map(
        ([name, value]) =>
          html`<tr>
            <th scope="row">${name}</th>
            <td class="number">${value === null ? '–' : String(value)}</td>
          </tr>`,
      )}
    </table>
    ${values.length > MAX_ROW_VALUES ? html`<p>… and ${values.length - MAX_ROW_VALUES} more</p>` : null}
  </details>`;
}

function explanationOf({ explanation }: ReviewItem): Markup | null {
  if (explanation === null) return null;
  const { method, error, reliable, attributions, inWords } = explanation;
  if (inWords) {
    return html`${inWords.map((line) => html`<p>${line}</p>`)}
      <p class="soft">${method}</p>`;
  }
  return html`<table>
      <caption>
        Strongest attributions
      </caption>
      ${attributions.slice(0, MAX_ATTRIBUTIONS).map(
        ({ feature, value }) =>
          html`<tr>
            <th scope="row">${feature}</th>
            <td class="number">${value >= 0 ? '+' : '−'}${decimal(Math.abs(value), 3)}</td>
          </tr>`,
      )}
    </table>
    <p class="soft">
      ${method}, ${reliable ? 'reliable' : 'not reliable'} (error ${scientific(error)})
    </p>`;
}

function decisionLine(decision: RecordedDecision): Markup {
  const { verdict, label, comment, reviewer, receivedAtMs } = decision;
  return html`<p>
    <strong>${reviewer}</strong>:
    ${verdict}${label === undefined ? '' : ` as ${label}`}${comment ? `, “${comment}”` : ''}
    <span class="soft">${utcTime(receivedAtMs)}</span>
  </p>`;
}

function refusalList(refusals: readonly RefusedDecision[]): Markup {
  return html`<details>
    <summary>${refusals.length} messages were refused</summary>
    <ul>
      ${refusals.map(({ decision, reason }) => {
        const { reviewer, itemId, receivedAtMs } = decision as Partial<RecordedDecision>;
        return html`<li>
          ${reviewer ?? 'unknown'} on ${itemId ?? 'unknown'}: ${reason},
          ${utcTime(receivedAtMs ?? null)}
        </li>`;
      })}
    </ul>
  </details>`;
}
