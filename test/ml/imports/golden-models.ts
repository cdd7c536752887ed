import { readFile } from 'node:fs/promises';
import path from 'node:path';

export const GOLDEN_FOLDER = path.join(import.meta.dirname, '../../golden/imports');

export const readGoldenFile = async (name: string): Promise<Uint8Array> =>
  new Uint8Array(await readFile(path.join(GOLDEN_FOLDER, name)));

export interface Golden {
  readonly rows: number;
  /** `[rows, width]`, the inputs of a row side by side. */
  readonly x: Float32Array;
  /** As the source framework gave them, `[rows, ...]`. */
  readonly outputs: readonly number[];
}

/** What the framework answered; see imports.py. */
export async function readGolden(name: string): Promise<Golden> {
  const text = await readFile(path.join(GOLDEN_FOLDER, `${name}.json`), 'utf8');
  const { rows, inputs, outputs } = JSON.parse(text) as {
    readonly rows: number;
    readonly inputs: readonly (readonly number[])[];
    readonly outputs: readonly number[];
  };
  const x = Array.from({ length: rows }, (_, row) =>
    inputs.flatMap((values) => {
      const width = values.length / rows;
      return values.slice(row * width, (row + 1) * width);
    }),
  );
  return { rows, x: Float32Array.from(x.flat()), outputs };
}

/** The largest difference of two lists of one length. */
export function largestGap(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  if (found.length !== wanted.length) return Number.POSITIVE_INFINITY;
  return Math.max(
    ...Array.from(found, (value, at) => Math.abs(value - (wanted[at] ?? Number.NaN))),
  );
}
