import { escapeXml } from './escape-xml.ts';
import { FONT_FAMILY, INK, PAPER } from './palette.ts';

/** Names and values of attributes, in the order they are written. */
export type Attributes = Readonly<Record<string, string | number>>;

/** One element; the attributes are escaped, the content is taken as it is. */
export function element(name: string, attributes: Attributes, content = ''): string {
  const written = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${typeof value === 'number' ? number(value) : escapeXml(value)}"`,
  );
  return `<${name}${written.join('')}${content === '' ? '/>' : `>${content}</${name}>`}`;
}

export interface TextOptions {
  readonly size?: number;
  readonly weight?: 'normal' | 'bold';
  readonly fill?: string;
  readonly anchor?: 'start' | 'middle' | 'end';
}

/** A line of escaped text whose baseline starts at (x, y), in pixels. */
export function textLine(x: number, y: number, text: string, options: TextOptions = {}): string {
  const { size = 12, weight = 'normal', fill = INK, anchor = 'start' } = options;
  return element(
    'text',
    { x, y, 'font-size': size, 'font-weight': weight, fill, 'text-anchor': anchor },
    escapeXml(text),
  );
}

/** A whole picture on white paper; `title` is what a screen reader says. */
export function document(width: number, height: number, title: string, content: string): string {
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    width,
    height,
    viewBox: `0 0 ${number(width)} ${number(height)}`,
    role: 'img',
    'font-family': FONT_FAMILY,
  };
  const paper = element('rect', { width, height, fill: PAPER });
  return element('svg', attributes, `<title>${escapeXml(title)}</title>${paper}${content}`);
}

/** At most two decimals: enough for pixels, and the same text on every machine. */
function number(value: number): string {
  return String(Math.round(value * 100) / 100);
}
