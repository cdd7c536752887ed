/** Links to the sections of a page, read off its headings. */
import { html, type Markup } from './html.ts';

/** Text is escaped before it becomes markup, so only headings made by a section look like one. */
const HEADING = /<h2 id="([^"]+)">([\s\S]*?)<\/h2>/g;

export function tableOfContents(page: Markup): Markup | null {
  const headings = [...page.markup.matchAll(HEADING)].map(([, id = '', text = '']) => ({
    id,
    title: { markup: text.replaceAll(/<[^>]*>/g, '').trim() },
  }));
  if (headings.length < 2) return null;
  return html`<nav aria-label="Contents">
    <details open>
      <summary>Contents</summary>
      <ul>
        ${headings.map(({ id, title }) => html`<li><a href="#${{ markup: id }}">${title}</a></li>`)}
      </ul>
    </details>
  </nav>`;
}
