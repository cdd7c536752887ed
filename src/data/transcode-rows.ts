/** Rows encoded for one model, as another model reads them. */
import { PipelineError } from '../errors.ts';
import type { Encoder } from './dataset.ts';

/** value = x[source]·scale + shift; without a source always 0. */
interface Rule {
  readonly source: number;
  readonly scale: number;
  readonly shift: number;
}

const ALWAYS_ZERO: Rule = { source: 0, scale: 0, shift: 0 };

/** Where a column lies in a row, and how to undo its encoding: value = x·divisor + offset. */
type Place =
  | {
      readonly type: 'number';
      readonly at: number;
      readonly divisor: number;
      readonly offset: number;
    }
  | { readonly type: 'category'; readonly at: number; readonly categories: readonly string[] };

/**
 * Undoes the encoders `from` and applies `to`, which may use fewer columns, in another order.
 *
 * What both scale alike passes through bit for bit; other numbers are as exact as float32. An
 * empty cell stays what `from` put in its place, and a category that `from` lacks stays all
 * zeros, because the encoded row no longer says what stood there.
 *
 * @param x  `[rows, values of from]`.
 * @returns `[rows, values of to]`.
 * @throws PipelineError `SHAPE_MISMATCH` for a column that `from` lacks, or has of another type.
 */
export function transcodeRows(
  { x, rows }: { readonly x: Float32Array; readonly rows: number },
  from: readonly Encoder[],
  to: readonly Encoder[],
): Float32Array {
  const places = placesOf(from);
  const rules = to.flatMap((encoder) => rulesOf(encoder, places));
  const width = rows === 0 ? 0 : x.length / rows;
  const out = new Float32Array(rows * rules.length);
  for (let row = 0; row < rows; row += 1) {
    rules.forEach(({ source, scale, shift }, index) => {
      out[row * rules.length + index] = (x[row * width + source] as number) * scale + shift;
    });
  }
  return out;
}

function placesOf(encoders: readonly Encoder[]): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  let at = 0;
  for (const encoder of encoders) {
    if (encoder.type === 'number') {
      const { column, divisor, offset } = encoder;
      places.set(column, { type: 'number', at, divisor, offset });
      at += 1;
    } else if (encoder.type === 'category') {
      const { column, categories } = encoder;
      places.set(column, { type: 'category', at, categories });
      at += categories.length;
    } else {
      const [low, high] = encoder.range;
      for (const column of encoder.columns) {
        places.set(column, { type: 'number', at, divisor: high - low, offset: low });
        at += 1;
      }
    }
  }
  return places;
}

function rulesOf(encoder: Encoder, places: ReadonlyMap<string, Place>): Rule[] {
  if (encoder.type === 'category') {
    const place = find(places, encoder.column, 'category');
    return encoder.categories.map((category) => {
      const index = place.categories.indexOf(category);
      return index < 0 ? ALWAYS_ZERO : { source: place.at + index, scale: 1, shift: 0 };
    });
  }
  const [columns, offset, divisor] =
    encoder.type === 'number'
      ? [[encoder.column], encoder.offset, encoder.divisor]
      : [encoder.columns, encoder.range[0], encoder.range[1] - encoder.range[0]];
  return columns.map((column) => {
    const place = find(places, column, 'number');
    return {
      source: place.at,
      scale: place.divisor / divisor,
      shift: (place.offset - offset) / divisor,
    };
  });
}

function find<Type extends Place['type']>(
  places: ReadonlyMap<string, Place>,
  column: string,
  type: Type,
): Extract<Place, { type: Type }> {
  const place = places.get(column);
  if (place?.type === type) return place as Extract<Place, { type: Type }>;
  const found = place ? `has it as a ${place.type}` : 'has no such column';
  throw new PipelineError(
    'SHAPE_MISMATCH',
    `the model reads the column ${JSON.stringify(column)} as a ${type}; the data set ${found}`,
    { remedy: 'give models of other columns a name of their own in the registry' },
  );
}
