/**
 * Colours of every picture: Okabe and Ito's set, which stays distinct for the common kinds of
 * colour blindness. Nothing is told by colour alone: lines have dashes and labels, cells counts.
 *
 * @see Okabe and Ito 2008, Color Universal Design
 */
export const INK = '#1b1f24';
export const QUIET_INK = '#57606a';
export const GRID = '#e3e6ea';
export const PAPER = '#ffffff';

export const LINE_COLOURS = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#5c5c5c',
  '#8f6d00',
] as const;

/** For and against the explained class. */
export const SUPPORTS = '#c65102';
export const OPPOSES = '#0b62a4';

/** The bundled font first: PNGs are drawn with it; the others measure alike in a browser. */
export const FONT_FAMILY = "'Modelwright Sans', 'DejaVu Sans', Verdana, sans-serif";

/**
 * Diverging colour of an attribution: white at 0, orange for, blue against.
 *
 * @param strength  −1 to 1; beyond is clipped.
 * @returns `#rrggbb`.
 */
export function divergingColour(strength: number): string {
  const share = Math.min(1, Math.abs(strength));
  const end = channels(strength >= 0 ? SUPPORTS : OPPOSES);
  const mixed = end.map((value) => Math.round(255 + (value - 255) * share));
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

function channels(colour: string): number[] {
  return [1, 3, 5].map((start) => parseInt(colour.slice(start, start + 2), 16));
}
