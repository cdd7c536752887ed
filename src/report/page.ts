/** A page of HTML that asks nothing of any network and runs nothing. */
import { createHash } from 'node:crypto';
import { html, type Markup } from './html.ts';
import { STYLE } from './style.ts';
import { tableOfContents } from './table-of-contents.ts';

export interface PageContent {
  readonly title: string;
  readonly header: Markup;
  readonly main: Markup;
}

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/**
 * Nothing may be fetched or run, even if a text slipped through as markup. The style sheet is
 * allowed by its digest, which also forbids every `style` attribute.
 */
const POLICY = `default-src 'none'; img-src data:; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'`;

/** What stands between the tags is hashed to the byte: no formatter may touch it. */
const STYLE_ELEMENT: Markup = { markup: `<style>${STYLE}</style>` };

export function renderPage({ title, header, main }: PageContent): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${{ markup: POLICY }}" />
        <title>${title}</title>
        ${STYLE_ELEMENT}
      </head>
      <body>
        ${header} ${tableOfContents(main)}
        <main>${main}</main>
      </body>
    </html>`;
  return page.markup;
}
