/** Learning curves, confusion matrix and whatever else was drawn, but what reviewers saw. */
import type { Gallery } from '../../ml/model.ts';
import type { Evidence } from '../evidence.ts';
import { html, type Markup } from '../html.ts';
import type { Pictures } from '../load-pictures.ts';

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

type Drawn = Gallery['pictures'][number];

function figure(picture: Drawn, pictures: Pictures): Markup {
  const { title, caption, svg, name, type, csv } = picture;
  const source = pictures.get(svg.sha256);
  const image = source
    ? inBothSchemes(picture, source, pictures)
    : html`<p class="soft">
        The picture ${name} is not shown here; it is artifact ${svg.sha256}.
      </p>`;
  return html`<figure class="${type}">
    ${image}
    <figcaption>
      <strong>${title}.</strong> ${caption}
      ${csv ? html`<span class="soft">Data: ${csv.sha256.slice(0, 12)} (CSV).</span>` : null}
    </figcaption>
  </figure>`;
}

/** Paper is white: the dark one is for screens alone. */
function inBothSchemes({ title, caption, dark }: Drawn, light: string, pictures: Pictures): Markup {
  const image = html`<img src="${light}" alt="${title}. ${caption}" />`;
  const darkSource = dark && pictures.get(dark.svg.sha256);
  if (!darkSource) return image;
  return html`<picture>
    <source media="screen and (prefers-color-scheme: dark)" srcset="${darkSource}" />
    ${image}
  </picture>`;
}
