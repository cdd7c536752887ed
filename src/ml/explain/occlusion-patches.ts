/** What of a row is covered together: windows of pictures, words of texts, values of tables. */
import { SPECIAL_TOKENS } from '../../data/dataset.ts';
import { PipelineError } from '../../errors.ts';
import type { InputSpec } from '../../layers/layer-spec.ts';
import { kindOf } from '../../explain-methods.ts';
import type { RowBlock } from './model-function.ts';
import type { Patch } from './occlusion.ts';

export interface PatchOptions {
  /** `[values]`. */
  readonly row: Float32Array;
  readonly inputs: readonly InputSpec[];
  /** Whose mean covers a value of a table. */
  readonly background: RowBlock;
  /** Side of a picture's window, in pixels. @default a quarter of its shorter side */
  readonly window?: number | undefined;
  /** Pixels from one window to the next. @default half a window */
  readonly stride?: number | undefined;
  /** What covers a picture, as encoded. @default 0 */
  readonly fill?: number | undefined;
}

/**
 * A value that equals its cover makes no patch: it would lose nothing.
 *
 * @throws PipelineError `SPEC_INVALID` for windows that leave pixels between them.
 */
export function occlusionPatches(options: PatchOptions): Patch[] {
  return options.inputs.flatMap((input) => {
    switch (kindOf(input)) {
      case 'picture':
        return windowsOf(input, options);
      case 'text':
        return wordsOf(input, options);
      case 'table':
        return valuesOf(input, options);
    }
  });
}

/** Every pixel is covered: the last window of a line or column stands at the edge. */
function windowsOf({ shape, offset }: InputSpec, { window, stride, fill = 0 }: PatchOptions) {
  const [height, width, channels] = shape as readonly [number, number, number];
  const side = Math.min(window ?? Math.ceil(Math.min(height, width) / 4), height, width);
  const step = stride ?? Math.max(1, Math.floor(side / 2));
  if (step > side) {
    throw new PipelineError(
      'SPEC_INVALID',
      `explain: windows of ${side} pixels every ${step} leave pixels between them`,
      { remedy: 'make `stride` at most `window`' },
    );
  }
  return startsOf(height, side, step).flatMap((top) =>
    startsOf(width, side, step).map((left): Patch => {
      const values = Array.from({ length: side * side * channels }, (_, at) => {
        const place = Math.floor(at / channels);
        const pixel = (top + Math.floor(place / side)) * width + left + (place % side);
        return offset + pixel * channels + (at % channels);
      });
      return { values, cover: values.map(() => fill) };
    }),
  );
}

function startsOf(size: number, side: number, step: number): number[] {
  const last = size - side;
  const count = Math.ceil(last / step);
  return Array.from({ length: count + 1 }, (_, at) => Math.min(last, at * step));
}

/** A masked word is one that the model does not know; padding and marks stay. */
function wordsOf({ shape: [length = 0], offset }: InputSpec, { row }: PatchOptions): Patch[] {
  const { padding, start, end, unknown } = SPECIAL_TOKENS;
  const left: readonly number[] = [padding, start, end, unknown];
  return Array.from({ length }, (_, at) => offset + at)
    .filter((value) => !left.includes(row[value]!))
    .map((value) => ({ values: [value], cover: [unknown] }));
}

function valuesOf({ shape, offset }: InputSpec, { row, background }: PatchOptions): Patch[] {
  const size = shape.reduce((product, side) => product * side, 1);
  return Array.from({ length: size }, (_, at) => offset + at).flatMap((value) => {
    const mean = meanOf(background, value);
    return mean === row[value] ? [] : [{ values: [value], cover: [mean] }];
  });
}

function meanOf({ x, rows, values }: RowBlock, value: number): number {
  let sum = 0;
  for (let at = value; at < x.length; at += values) sum += x[at]!;
  return sum / rows;
}
