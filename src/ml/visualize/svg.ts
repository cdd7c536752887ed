import { escapeXml } from './escape-xml.ts';
import { FONT_FAMILY, type Theme } from './theme.ts';

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
  /** @default the ink of the picture */
  readonly fill?: string;
  readonly anchor?: 'start' | 'middle' | 'end';
  /** Degrees, clockwise around (x, y). */
  readonly rotate?: number;
}

/** A line of escaped text whose baseline starts at (x, y), in pixels. */
export function textLine(x: number, y: number, text: string, options: TextOptions = {}): string {
  const { size = 12, weight = 'normal', fill, anchor = 'start', rotate } = options;
  const attributes: Attributes = {
    x,
    y,
    'font-size': size,
    'font-weight': weight,
    'text-anchor': anchor,
    ...(fill !== undefined && { fill }),
    ...(rotate !== undefined && { transform: `rotate(${rotate} ${number(x)} ${number(y)})` }),
  };
  return element('text', attributes, escapeXml(text));
}

export interface Page {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** What a screen reader says. */
  readonly title: string;
  readonly theme: Theme;
}

/** A whole picture on its paper; texts in it are in the theme's ink where they have no colour. */
export function document({ width, height, title, theme }: Page, content: string): string {
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    width,
    height,
    viewBox: `0 0 ${number(width)} ${number(height)}`,
    role: 'img',
    'font-family': FONT_FAMILY,
    fill: theme.ink,
  };
  const paper = element('rect', { width, height, fill: theme.paper });
  return element('svg', attributes, `<title>${escapeXml(title)}</title>${paper}${content}`);
}

/** At most two decimals: enough for pixels, and the same text on every machine. */
function number(value: number): string {
  return String(Math.round(value * 100) / 100);
}
