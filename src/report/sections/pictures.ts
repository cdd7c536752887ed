/** Learning curves, confusion matrix and whatever else was drawn, but what reviewers saw. */
import type { Gallery } from '../../ml/model.ts';
import type { Evidence } from '../evidence.ts';
import { html, type Markup } from '../html.ts';
import type { Pictures } from '../load-pictures.ts';

/** Paper is white, whatever the screen was. */
const DARK_SCREEN = 'screen and (prefers-color-scheme: dark)';

export function picturesSection(evidence: Evidence, pictures: Pictures): Markup | null {
  const reviewed = new Set(
    evidence.gates.flatMap(({ items }) => items?.items.map(({ sourceRow }) => sourceRow) ?? []),
  );
  const drawn = evidence.galleries
    .flatMap(({ value }) => value.pictures)
    .filter(({ sourceRow }) => sourceRow === null || !reviewed.has(sourceRow));
  if (drawn.length === 0) return null;
  return html`<section aria-labelledby="pictures">
    <h2 id="pictures">Pictures</h2>
    <div class="pictures">${drawn.map((picture) => figure(picture, pictures))}</div>
  </section>`;
}

function figure(
  { title, caption, svg, dark, name, type }: Gallery['pictures'][number],
  pictures: Pictures,
): Markup {
  const source = pictures.get(svg.sha256);
  const darkSource = dark && pictures.get(dark.svg.sha256);
  const image = source
    ? html`<picture>
        ${darkSource ? html`<source media="${DARK_SCREEN}" srcset="${darkSource}" />` : null}
        <img src="${source}" alt="${title}. ${caption}" />
      </picture>`
    : html`<p class="soft">
        The picture ${name} is not shown here; it is artifact ${svg.sha256}.
      </p>`;
  return html`<figure class="${type}">
    ${image}
    <figcaption><strong>${title}.</strong> ${caption}</figcaption>
  </figure>`;
}
