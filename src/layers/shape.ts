/**
 * Shapes without the batch axis, and what is said of them. A size that is not known yet, as in a
 * pipeline that is only checked, is NaN: it stays unknown in every sum, and no comparison with it
 * holds, so that nothing is refused on its account.
 */

export type Shape = readonly number[];

/** Why a layer cannot be. */
export interface LayerFault {
  readonly code: 'ARCHITECTURE_INVALID' | 'SHAPE_MISMATCH';
  /** Continues "Layer 3 (dense) ". */
  readonly found: string;
  /** The layer's key that is wrong; absent: the layer as a whole. */
  readonly key?: string;
  readonly remedy?: string;
}

export function productOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** `[28, 28, ?]` */
export function showShape(shape: Shape): string {
  return `[${shape.map((size) => (Number.isNaN(size) ? '?' : size)).join(', ')}]`;
}

/** Both are known and not equal. */
export const differ = (one: number, other: number): boolean => one < other || one > other;

export const sameShape = (one: Shape, other: Shape): boolean =>
  one.length === other.length && one.every((size, axis) => !differ(size, other[axis] as number));

/** @returns the first of the sizes that is no positive integer. */
export function faultOfSizes(sizes: Readonly<Record<string, number>>): LayerFault | undefined {
  for (const [key, size] of Object.entries(sizes)) {
    if (Number.isNaN(size) || (Number.isSafeInteger(size) && size > 0)) continue;
    const found = `has ${key} ${size}; it must be a positive integer`;
    return { code: 'ARCHITECTURE_INVALID', found, key };
  }
  return undefined;
}

const RANK_NAMES = {
  1: '[features]',
  2: '[steps, features]',
  3: '[height, width, channels]',
} as const;

const RANK_REMEDIES = {
  1: 'put a flatten or a global pooling layer before it',
  2: 'use it on sequences only; tokens need an embedding layer before it',
  3: 'use it on pictures only',
} as const;

export function faultOfRank(shape: Shape, rank: 1 | 2 | 3): LayerFault | undefined {
  if (shape.length === rank) return undefined;
  const found = `takes ${RANK_NAMES[rank]} but gets ${showShape(shape)}`;
  return { code: 'SHAPE_MISMATCH', found, key: 'type', remedy: RANK_REMEDIES[rank] };
}
