/**
 * The colours of every picture, on white paper and on black. Nothing is told by colour alone: lines
 * have dashes and labels, points shapes, cells figures.
 *
 * The hues are Okabe and Ito's, which stay distinct for the common kinds of colour blindness, made
 * darker or lighter until a text in any of them has a contrast of 4.5 : 1 on its paper.
 *
 * @see Okabe and Ito 2008, Color Universal Design; WCAG 2.2, 1.4.3 and 1.4.11
 */
export interface Theme {
  readonly name: 'light' | 'dark';
  readonly paper: string;
  readonly ink: string;
  readonly quietInk: string;
  /** Lines behind data, which may be faint. */
  readonly grid: string;
  /** Around pictures and cells. */
  readonly frame: string;
  /** Of lines, points and the names beside them. */
  readonly series: readonly [string, ...string[]];
  /** For and against the explained class. */
  readonly supports: string;
  readonly opposes: string;
  /** The far end of a scale that starts at the paper. */
  readonly deepest: string;
}

const LIGHT: Theme = {
  name: 'light',
  paper: '#ffffff',
  ink: '#1b1f24',
  quietInk: '#57606a',
  grid: '#e3e6ea',
  frame: '#8c959f',
  series: ['#0072b2', '#b84d00', '#00785a', '#a8487f', '#5c5c5c', '#7d5f00'],
  supports: '#b84d00',
  opposes: '#0b62a4',
  deepest: '#08519c',
};

const DARK: Theme = {
  name: 'dark',
  paper: '#14171c',
  ink: '#e7eaee',
  quietInk: '#a6aeba',
  grid: '#363d48',
  frame: '#6b7482',
  series: ['#56b4e9', '#f0914a', '#35c79a', '#e39ac3', '#b4bac3', '#d9b84a'],
  supports: '#f0914a',
  opposes: '#6cb2f2',
  deepest: '#9ccbff',
};

export const THEMES = { light: LIGHT, dark: DARK } as const;

/** The bundled font first: PNGs are drawn with it; the others measure alike in a browser. */
export const FONT_FAMILY = "'Modelwright Sans', 'DejaVu Sans', Verdana, sans-serif";

/** @param index  from 0; beyond the last colour they start again. */
export const seriesColour = ({ series }: Theme, index: number): string =>
  series[index % series.length] ?? series[0];
