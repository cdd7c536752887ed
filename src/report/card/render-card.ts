/** The card of a model as a page. */
import type { Json } from '../../json.ts';
import { digest, utcTime } from '../figures.ts';
import { html, type HtmlValue, type Markup } from '../html.ts';
import { renderPage } from '../page.ts';
import { auditSection } from '../sections/quality.ts';
import { jsonValue } from '../sections/json-value.ts';
import type { CardModel, ModelCard, Stated } from './model-card.ts';

export function renderCard(card: ModelCard): string {
  const { model, run, stated } = card;
  const title = nameOf(model);
  return renderPage({
    title: `Model card: ${title}`,
    header: html`<header>
      <p class="soft">Model card</p>
      <h1>${title}</h1>
      <p>${stated.intendedUse ?? 'Intended use: not stated.'}</p>
      <p class="soft">
        From the evidence of run <code>${run.id}</code> of ${run.pipeline}, ended
        ${run.finishedAt ? utcTime(Date.parse(run.finishedAt)) : '–'}.
      </p>
    </header>`,
    main: html`${statedSection(stated)} ${section('limits', 'Known limits', limitsOf(card))}
    ${section('model', 'Model', jsonValue({ ...model, artifact: model.artifact.sha256 }))}
    ${section('data', 'Data', jsonValue(card.data))}
    ${section('training', 'Training', jsonValue(card.training))}
    ${
      card.audits.length === 0
        ? section('audits', 'Audits', html`<p>The model was not audited.</p>`)
        : card.audits.map(({ step, report }) => auditSection(step, report))
    }
    ${section('comparisons', 'Comparison with production', jsonValue(card.comparisons as unknown as Json))}
    ${section('explanations', 'Explanations', jsonValue(card.explanations as unknown as Json))}
    ${section('supervision', 'Gates', jsonValue(card.supervision))}
    ${section('reviews', 'Reviewers and decisions', jsonValue(card.reviews as unknown as Json))}
    ${section('provenance', 'Provenance', provenance(card))}`,
  });
}

const nameOf = ({ name, registeredVersion, artifact }: CardModel): string => {
  if (name === null) return `model ${artifact.sha256.slice(0, 12)}`;
  return registeredVersion === null
    ? `${name}, a candidate`
    : `${name} version ${registeredVersion}`;
};

const section = (id: string, title: string, content: HtmlValue): Markup =>
  html`<section aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    ${content}
  </section>`;

const LABELS: Readonly<Record<keyof Stated, string>> = {
  intendedUse: 'Intended use',
  outOfScope: 'Not for',
  limits: 'Limits',
  owners: 'Owners',
  licence: 'Licence',
  dataNotes: 'On the data',
  ethics: 'Harms to think of',
};

function statedSection(stated: Stated): Markup {
  const rows = (Object.keys(LABELS) as (keyof Stated)[]).map((key) => {
    const value = stated[key];
    return html`<tr>
      <th scope="row">${LABELS[key]}</th>
      <td>${value === null ? html`<span class="soft">not stated</span>` : statement(value)}</td>
    </tr>`;
  });
  const table = html`<table class="map">
    <tbody>
      ${rows}
    </tbody>
  </table>`;
  return section('stated', 'Use and limits, as the pipeline states them', table);
}

const statement = (value: string | readonly string[]): Markup =>
  typeof value === 'string'
    ? html`${value}`
    : html`<ul>
        ${value.map((one) => html`<li>${one}</li>`)}
      </ul>`;

const limitsOf = ({ knownLimits }: ModelCard): Markup =>
  knownLimits.length === 0
    ? html`<p>This run found none.</p>`
    : html`<ul>
        ${knownLimits.map((limit) => html`<li>${limit}</li>`)}
      </ul>`;

const provenance = ({
  provenance: { manifest, code, environment },
  run,
  model,
}: ModelCard): Markup =>
  html`<p>Model ${digest(model.artifact.sha256)}</p>
    <p>Manifest ${digest(manifest)}</p>
    <p>Plan ${digest(run.planDigest)}</p>
    ${jsonValue({ code, environment })}`;
