import type { DateEncoder, Encoder } from '../../../data/dataset.ts';
import { decodeValues, featureNamesOf, widthOf } from '../../../data/encoders/encodings.ts';
import type { RowBlock } from '../model-function.ts';
import { binOf, nameOfBin, quartileBins, type QuartileBins } from './quartile-bins.ts';

/** What a table's rows are perturbed by: a number in bins, or values that come together. */
export type TableFeature = NumberFeature | GroupFeature;

interface Place {
  /** Encoded values `[from, to)` of a row. */
  readonly from: number;
  readonly to: number;
  /** What holds of a row, as people read it. */
  readonly nameOf: (row: Float32Array) => string;
}

export interface NumberFeature extends Place {
  readonly type: 'number';
  readonly bins: QuartileBins;
}

/** A category's one-hot values, or the sine and cosine of a part of a date. */
export interface GroupFeature extends Place {
  readonly type: 'group';
  /** The distinct values of the training part, back to back, in the order of their first row. */
  readonly values: Float32Array;
  readonly counts: Int32Array;
}

/**
 * The features of a table. A one-hot group is one feature, and so is each part of a date; a number
 * is one of its own, and so is each value of a sequence.
 *
 * @param encoders  of tables and sequences, in the order of the row.
 * @param training  at least one row.
 */
export function tableFeatures(encoders: readonly Encoder[], training: RowBlock): TableFeature[] {
  let offset = 0;
  return encoders.flatMap((encoder) => {
    const from = offset;
    offset += widthOf(encoder);
    switch (encoder.type) {
      case 'category':
        return [groupFeature(training, { from, to: offset, nameOf: categoryName(encoder, from) })];
      case 'date':
        return dateFeatures(encoder, training, from);
      default:
        return numbersFrom(encoder, training, from);
    }
  });
}

function categoryName(encoder: Encoder, from: number) {
  return (row: Float32Array): string => {
    const [[column, value] = ['', null]] = decodeValues(
      encoder,
      row.subarray(from, from + widthOf(encoder)),
    );
    return value === null ? `${column}: none that is known` : `${column}=${value}`;
  };
}

function dateFeatures(encoder: DateEncoder, training: RowBlock, start: number): TableFeature[] {
  let from = start;
  return encoder.parts.map((part) => {
    const name = `${encoder.column}.${part}`;
    if (part === 'year') {
      const { offset, divisor } = encoder.year;
      from += 1;
      return numberFeature({ training, at: from - 1, name, unit: { offset, divisor } });
    }
    from += 2;
    const [start, to] = [from - 2, from];
    const only = { ...encoder, parts: [part] };
    const nameOf = (row: Float32Array) => {
      const read = decodeValues(only, row.subarray(start, to))[0]?.[1] ?? 'none';
      // A date of one part has dashes where the others would stand.
      return `${name}=${String(read).replaceAll('-', '').trim()}`;
    };
    return groupFeature(training, { from: start, to, nameOf });
  });
}

function numbersFrom(encoder: Encoder, training: RowBlock, from: number): TableFeature[] {
  const names = featureNamesOf(encoder);
  return names.map((name, index) => {
    let unit = { offset: 0, divisor: 1 };
    if (encoder.type === 'number') unit = encoder;
    if (encoder.type === 'sequence') {
      const feature = index % encoder.shape[1];
      unit = {
        offset: encoder.offsets[feature] as number,
        divisor: encoder.divisors[feature] as number,
      };
    }
    return numberFeature({ training, at: from + index, name, unit });
  });
}

interface NumberPlace {
  readonly training: RowBlock;
  readonly at: number;
  readonly name: string;
  /** As people read it: encoded · divisor + offset. */
  readonly unit: { readonly offset: number; readonly divisor: number };
}

function numberFeature({ training, at, name, unit }: NumberPlace): NumberFeature {
  const column = Float64Array.from(
    { length: training.rows },
    (_, row) => training.x[row * training.values + at] as number,
  );
  const bins = quartileBins(column);
  const borders = Array.from(bins.borders, (border) => border * unit.divisor + unit.offset);
  return {
    ...{ type: 'number', from: at, to: at + 1, bins },
    nameOf: (row) => nameOfBin(name, borders, binOf(bins.borders, row[at] as number)),
  };
}

function groupFeature({ x, rows, values }: RowBlock, place: Place): GroupFeature {
  const { from, to } = place;
  const counts = new Map<string, { readonly own: Float32Array; count: number }>();
  for (let row = 0; row < rows; row += 1) {
    const own = x.subarray(row * values + from, row * values + to);
    const key = own.join(' ');
    const known = counts.get(key);
    if (known) known.count += 1;
    else counts.set(key, { own, count: 1 });
  }
  const found = [...counts.values()];
  return {
    ...place,
    type: 'group',
    values: Float32Array.from(found.flatMap(({ own }) => [...own])),
    counts: Int32Array.from(found, ({ count }) => count),
  };
}
