/** HTML in which every value is text, unless it is markup made here. */

export interface Markup {
  readonly markup: string;
}

export type HtmlValue = Markup | string | number | null | readonly HtmlValue[];

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Control characters, and those that reorder the text around them. */
// eslint-disable-next-line no-control-regex -- these are what is to be taken out
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** `html\`<p>${text}</p>\``: text is escaped, markup is kept, `null` is nothing, lists are joined. */
export function html(parts: TemplateStringsArray, ...values: HtmlValue[]): Markup {
  const markup = parts.reduce((text, part, i) => text + render(values[i - 1] ?? null) + part);
  return { markup };
}

function render(value: HtmlValue): string {
  if (value === null) return '';
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  if ('markup' in value) return value.markup;
  return value.map(render).join('');
}

/** Safe in text and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll(UNSEEN, '\ufffd')
    .replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}
