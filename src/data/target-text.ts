/** A target that is a text: what a model is given of it, and what it has to say. */
import type { DatasetStep } from '../activities/step-types.ts';
import { PipelineError } from '../errors.ts';
import type { Arrangement } from './arrange-inputs.ts';
import { SPECIAL_TOKENS, type TextEncoder } from './dataset.ts';
import type { RowEncoder } from './encode-rows.ts';
import { featureNamesOf } from './encoders/encodings.ts';
import type { Fit } from './encoders/fit.ts';
import { textFit, tokenizerOf, vocabularyOf } from './encoders/text.ts';
import { columnOf, type Table } from './table.ts';

export type TextTarget = Extract<DatasetStep['with']['target'], object>;

/** Names of the inputs of every such data set, in the order of the row. */
export const SEQUENCE_INPUTS = { source: 'source', target: 'target' } as const;
const SPECIAL_NAMES = ['<padding>', '<unknown>', '<start>', '<end>'];

/** A target fitted to the training part, opened on one table: rows are its own. */
export interface OpenTarget {
  readonly encoder: TextEncoder;
  /** Rows whose text is longer than `length`, so that its end is missing. */
  readonly isCut: (row: number) => boolean;
  /** `[rows, length]`: the tokens and the end, 0 behind them. A text that is cut has no end. */
  readonly labels: (rows: Int32Array) => Int32Array;
}

/** @throws PipelineError as `textFit`. */
export function targetFit({
  type: _type,
  column,
  lowercase = false,
  ...group
}: TextTarget): Fit<TextEncoder> {
  return textFit({ column, group: { ...group, lowercase } });
}

/** On a table, or a block of one. */
export function openTarget(encoder: TextEncoder, table: Table): OpenTarget {
  const tokenize = tokenizerOf(encoder);
  const { length } = encoder;
  const ids = columnOf(table, encoder.column).map((cell) => tokenize(cell ?? ''));
  return {
    encoder,
    isCut: (row) => (ids[row]?.length ?? 0) >= length,
    labels: (rows) => {
      const labels = new Int32Array(rows.length * length);
      rows.forEach((row, at) => {
        const whole = [...(ids[row] ?? []), SPECIAL_TOKENS.end];
        labels.set(whole.slice(0, length), at * length);
      });
      return labels;
    },
  };
}

/** The names of a vocabulary's tokens, in the order of their ids: the manifest's `classes`. */
export function tokenNames(encoder: TextEncoder): readonly string[] {
  if (encoder.tokenizer !== 'bpe') return [...SPECIAL_NAMES, ...encoder.vocabulary];
  const { vocab } = encoder.definition['model'] as { vocab: Record<string, number> };
  return Object.entries(vocab)
    .sort(([, a], [, b]) => a - b)
    .map(([token]) => token);
}

/**
 * What a model is given of a target while it learns to say it: the start and all but the last token,
 * so that each place has what stands before its label.
 *
 * @param labels  `[rows, length]`.
 * @returns `[rows, length]`, padding where the labels are padding.
 */
export function enteredTokens(labels: Int32Array, length: number): Float32Array {
  const entered = new Float32Array(labels.length);
  labels.forEach((label, at) => {
    if (label === SPECIAL_TOKENS.padding) return;
    entered[at] = at % length === 0 ? SPECIAL_TOKENS.start : (labels[at - 1] as number);
  });
  return entered;
}

/** Rows of the source's tokens, each with the entered target behind it. */
export function withTarget(
  source: RowEncoder,
  { encoder, labels }: Pick<OpenTarget, 'encoder' | 'labels'>,
): RowEncoder {
  const { length } = encoder;
  const width = source.width + length;
  return {
    width,
    unseen: source.unseen,
    encode: (rows) => {
      const x = new Float32Array(rows.length * width);
      const given = source.encode(rows);
      const entered = enteredTokens(labels(rows), length);
      for (let row = 0; row < rows.length; row += 1) {
        x.set(given.subarray(row * source.width, (row + 1) * source.width), row * width);
        x.set(entered.subarray(row * length, (row + 1) * length), row * width + source.width);
      }
      return x;
    },
  };
}

/**
 * The row of a source and a target, `[source | target]`.
 *
 * @throws PipelineError `DATA_INVALID` where the features are not one text.
 */
export function arrangeSequences(source: Arrangement, target: TextEncoder): Arrangement {
  const [only, more] = source.encoders;
  if (only?.type !== 'text' || more) {
    throw new PipelineError(
      'DATA_INVALID',
      'A target that is a text needs one column of text as its features',
      { remedy: 'give `features` one group of type text with one column' },
    );
  }
  const place = (name: string, encoder: TextEncoder, offset: number) => ({
    name,
    shape: [encoder.length],
    offset,
    vocabulary: vocabularyOf(encoder),
  });
  return {
    encoders: source.encoders,
    inputShape: [only.length + target.length],
    inputs: [
      place(SEQUENCE_INPUTS.source, only, 0),
      place(SEQUENCE_INPUTS.target, target, only.length),
    ],
    featureNames: [only, target].flatMap(featureNamesOf),
  };
}
