/** Numbers in time, as columns or as JSON lists. */
import { PipelineError } from '../../errors.ts';
import type { SequenceEncoder } from '../dataset.ts';
import type { FeatureColumns } from '../feature-columns.ts';
import { columnOf, parseNumber, type Table } from '../table.ts';
import type { Encoding } from './encoding.ts';
import type { Fit } from './fit.ts';
import { badCell, numbersOf } from './numbers-of.ts';
import { ScaleFit } from './scale.ts';
import { unscale } from './unscale.ts';

/** `[steps][features]` of a row. */
export type Steps = readonly (readonly (number | null)[])[];

/**
 * @returns `[rows]`; a missing list has no step.
 * @throws PipelineError `DATA_INVALID` naming column and row.
 */
function readSteps(
  table: Table,
  {
    columns,
    layout,
    shape: [steps, features],
  }: Pick<SequenceEncoder, 'columns' | 'layout' | 'shape'>,
): Steps[] {
  if (layout === 'list') {
    const [column = ''] = columns;
    return columnOf(table, column).map((cell, row) =>
      cell === null ? [] : parseList({ cell, column, row: (table.firstRow ?? 0) + row, features }),
    );
  }
  const values = columns.map((column) => numbersOf(table, column));
  return Array.from({ length: values[0]?.length ?? 0 }, (_, row) =>
    Array.from({ length: steps }, (_step, step) =>
      Array.from(
        { length: features },
        (_feature, feature) => values[step * features + feature]?.[row] ?? null,
      ),
    ),
  );
}

/**
 * Fits a scale for each feature over all steps of the training part. Keeps nothing of the rows; for
 * `standard` it needs them twice.
 *
 * Throws PipelineError `SPEC_MISSING_KEY` for lists without a shape; `DATA_INVALID` naming column and
 * row of what is no number, and for a shape that does not fit the columns.
 */
export function sequenceFit({ group, columns }: FeatureColumns): Fit<SequenceEncoder> {
  let layout: SequenceEncoder['layout'] | null = columns.length === 1 ? null : 'columns';
  let scales: readonly ScaleFit[] | null = null;
  const shapeNow = () => shapeOf({ group, columns }, layout ?? 'columns');
  const open = () => Array.from({ length: shapeNow()[1] }, () => new ScaleFit(group.scale));
  return {
    columns,
    add: (block, training) => {
      layout ??= layoutOf(block, columns);
      // Empty cells alone say nothing of the layout, and have nothing to learn from.
      if (layout === null) return;
      scales ??= open();
      const shape = shapeNow();
      addSteps(scales, readSteps(block, { columns, layout, shape }), { training, steps: shape[0] });
    },
    again: () => scales?.map((one) => one.again()).includes(true) ?? false,
    finish: () => {
      const fitted = (scales ?? open()).map((one) => one.finish());
      return {
        ...{ type: 'sequence', columns, layout: layout ?? 'columns', shape: shapeNow() },
        scale: group.scale,
        offsets: fitted.map(({ offset }) => offset),
        divisors: fitted.map(({ divisor }) => divisor),
      };
    },
  };
}

/** Feature after feature, so that each sees its own numbers in the order of rows and steps. */
function addSteps(
  scales: readonly ScaleFit[],
  rows: readonly Steps[],
  { training, steps }: { readonly training: Int32Array; readonly steps: number },
): void {
  for (const row of training) {
    for (const step of (rows[row] as Steps).slice(0, steps)) {
      scales.forEach((scale, feature) => {
        const value = step[feature];
        if (value != null) scale.add(value);
      });
    }
  }
}

export const sequenceEncoding: Encoding<SequenceEncoder> = {
  width: ({ shape: [steps, features] }) => steps * features,
  names: ({ columns, layout, shape: [steps, features] }) =>
    layout === 'columns'
      ? columns
      : Array.from(
          { length: steps * features },
          (_, index) => `${columns[0]}[${Math.floor(index / features)},${index % features}]`,
        ),
  open: (encoder, table) => {
    const rows = readSteps(table, encoder);
    return {
      write: (row, out, offset) => writeSteps(encoder, rows[row] as Steps, out.subarray(offset)),
    };
  },
  decode: ({ columns, layout, shape, offsets, divisors }, values) => {
    const features = shape[1];
    const numbers = Array.from(values, (value, index) =>
      unscale(value, offsets[index % features] ?? 0, divisors[index % features] ?? 1),
    );
    if (layout === 'columns')
      return columns.map((column, index) => [column, numbers[index] ?? null]);
    return [[columns[0] ?? '', JSON.stringify(chunk(numbers, features))]];
  },
};

/** Beyond a list's end all stays as it was, 0, and so does an empty cell: the offset itself. */
export function writeSteps(
  { shape: [length, features], offsets, divisors }: SequenceEncoder,
  steps: Steps,
  out: Float32Array,
): void {
  steps.slice(0, length).forEach((step, at) => {
    step.forEach((value, feature) => {
      if (value === null) return;
      const scaled = (value - (offsets[feature] as number)) / (divisors[feature] as number);
      out[at * features + feature] = scaled;
    });
  });
}

function shapeOf(
  { group, columns }: FeatureColumns,
  layout: SequenceEncoder['layout'],
): readonly [number, number] {
  const [steps, features = 1, more] = group.shape ?? [];
  if (more !== undefined) {
    throw new PipelineError(
      'SPEC_INVALID',
      'A group of type sequence has the shape [steps, features]',
    );
  }
  if (layout === 'list') {
    if (steps !== undefined) return [steps, features];
    throw new PipelineError(
      'SPEC_MISSING_KEY',
      'A group of type sequence over lists needs a shape',
      {
        remedy: 'give shape: [steps, features]',
      },
    );
  }
  if (steps === undefined) return [columns.length, 1];
  if (steps * features === columns.length) return [steps, features];
  throw new PipelineError(
    'DATA_INVALID',
    `A sequence of [${steps}, ${features}] needs ${steps * features} columns; ${columns.length} match`,
  );
}

/** By the first cell of one column that is not empty; `null` where all are. */
function layoutOf(
  block: Table,
  [column = '']: readonly string[],
): SequenceEncoder['layout'] | null {
  const first = columnOf(block, column).find((cell) => cell !== null);
  if (first == null) return null;
  return first.trim().startsWith('[') ? 'list' : 'columns';
}

interface ListCell {
  readonly cell: string;
  readonly column: string;
  readonly row: number;
  readonly features: number;
}

function parseList({ cell, column, row, features }: ListCell): Steps {
  const steps = stepsOf(parseJson(cell), features);
  if (steps === null) throw badCell({ column, row, cell, wanted: wantedSteps(features) });
  return steps;
}

/** How a cell is to be written, in words. */
export const wantedSteps = (features: number): string =>
  features === 1 ? 'a JSON list of numbers' : `a JSON list of lists of ${features} numbers`;

/** @returns `null` for what is no list of numbers, or of lists of `features` numbers. */
export function stepsOf(value: unknown, features: number): Steps | null {
  if (!Array.isArray(value)) return null;
  const steps = value.map((step: unknown): readonly unknown[] =>
    Array.isArray(step) ? (step as readonly unknown[]) : [step],
  );
  const isGood = steps.every((step) => step.length === features && step.every(isNumberOrNull));
  return isGood ? (steps as Steps) : null;
}

/** @returns `undefined` for what is no JSON. */
export function parseJson(cell: string): unknown {
  try {
    return JSON.parse(cell) as unknown;
  } catch {
    // The caller says what the cell should be.
    return undefined;
  }
}

/** Beyond float32 a number would become an infinity in the tensor. */
const isNumberOrNull = (value: unknown): boolean =>
  value === null || (typeof value === 'number' && parseNumber(String(value)) !== null);

function chunk(
  values: readonly (number | null)[],
  size: number,
): (number | null | (number | null)[])[] {
  if (size === 1) return [...values];
  return Array.from({ length: values.length / size }, (_, index) =>
    values.slice(index * size, (index + 1) * size),
  );
}
