/** Colours as numbers: mixtures, and the contrast of what stands on them. */
import type { Theme } from './theme.ts';

/**
 * @param share  of `to`, 0 to 1; beyond is clipped.
 * @returns `#rrggbb`.
 */
export function mix(from: string, to: string, share: number): string {
  const bounded = Math.min(1, Math.max(0, share));
  const [start, end] = [channels(from), channels(to)];
  const mixed = start.map((value, at) =>
    Math.round(value + ((end[at] ?? value) - value) * bounded),
  );
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

/**
 * Diverging colour of an attribution: the paper at 0, orange for, blue against.
 *
 * @param strength  −1 to 1; beyond is clipped.
 */
export const divergingColour = (theme: Theme, strength: number): string =>
  mix(theme.paper, strength >= 0 ? theme.supports : theme.opposes, Math.abs(strength));

/** Black or white, whichever is easier to read on the colour. */
export const inkOn = (colour: string): string =>
  contrast('#ffffff', colour) >= contrast('#101317', colour) ? '#ffffff' : '#101317';

/** @returns 1 to 21. @see WCAG 2.2, "contrast ratio" */
export function contrast(one: string, other: string): number {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [
    number,
    number,
  ];
  return (lighter + 0.05) / (darker + 0.05);
}

/** @see WCAG 2.2, "relative luminance" */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = channels(colour).map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const channels = (colour: string): number[] =>
  [1, 3, 5].map((start) => parseInt(colour.slice(start, start + 2), 16));
