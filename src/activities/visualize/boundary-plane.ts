/** Which plane of a model's inputs is drawn, and how its points are rows. */
import type { DatasetManifest, NumberEncoder } from '../../data/dataset.ts';
import { widthOf } from '../../data/encoders/encodings.ts';
import { tokenValuesOf } from '../../data/token-values.ts';
import { suggest } from '../../did-you-mean.ts';
import { PipelineError } from '../../errors.ts';
import { principalPlane, type RowTable } from '../../ml/visualize/principal-components.ts';
import { typicalRow } from '../../ml/visualize/typical-row.ts';

export interface BoundaryPlane {
  readonly xTitle: string;
  readonly yTitle: string;
  /** What holds of everything that is not on the axes, in words. */
  readonly rest: string;
  /** Of each of the rows. */
  readonly places: readonly (readonly [x: number, y: number])[];
  /** A row that lies at a place, as the model reads it. */
  readonly rowAt: (x: number, y: number) => Float32Array;
}

/**
 * Two numbers of a table in their own units; without them the plane in which rows vary most.
 *
 * @throws PipelineError `SPEC_INVALID` for text, a single value, or a feature that is no number.
 */
export function boundaryPlane(
  table: RowTable,
  manifest: DatasetManifest,
  features: readonly string[] | undefined,
): BoundaryPlane {
  if (tokenValuesOf(manifest).includes(true)) {
    throw fault('rows with text lie on no plane: there is nothing between two words');
  }
  if (table.width < 2) throw fault('rows of a single value lie on a line, and not on a plane');
  const numbers = numbersOf(manifest);
  if (features)
    return planeOfNumbers(
      table,
      manifest,
      features.map((name) => find(name, numbers)),
    );
  const [first, second, ...more] = numbers;
  if (first && second && more.length === 0 && table.width === 2) {
    return planeOfNumbers(table, manifest, [first, second]);
  }
  return planeOfMost(table);
}

const fault = (message: string, remedy = 'leave the picture decision-boundary out') =>
  new PipelineError('SPEC_INVALID', `visualize: decision-boundary: ${message}`, { remedy });

interface PlacedNumber {
  readonly encoder: NumberEncoder;
  /** Of its value within a row. */
  readonly at: number;
}

function numbersOf({ encoders }: DatasetManifest): readonly PlacedNumber[] {
  let offset = 0;
  return encoders.flatMap((encoder) => {
    const at = offset;
    offset += widthOf(encoder);
    return encoder.type === 'number' ? [{ encoder, at }] : [];
  });
}

function find(name: string, numbers: readonly PlacedNumber[]): PlacedNumber {
  const found = numbers.find(({ encoder }) => encoder.column === name);
  if (found) return found;
  const names = numbers.map(({ encoder }) => encoder.column);
  throw fault(`the data set has no number "${name}"`, suggest(name, names, 'numbers'));
}

function planeOfNumbers(
  table: RowTable,
  { encoders }: DatasetManifest,
  features: readonly PlacedNumber[],
): BoundaryPlane {
  const [across, up] = features as [PlacedNumber, PlacedNumber];
  const base = typicalRow(table, encoders);
  const { values, rows, width } = table;
  const read = ({ encoder, at }: PlacedNumber, row: number): number =>
    (values[row * width + at] ?? NaN) * encoder.divisor + encoder.offset;
  const others = width - 2;
  return {
    xTitle: across.encoder.column,
    yTitle: up.encoder.column,
    rest:
      others === 0
        ? 'the model reads nothing else'
        : `the other ${others} values held at their median or most frequent category`,
    places: Array.from({ length: rows }, (_, row) => [read(across, row), read(up, row)] as const),
    rowAt(x, y) {
      const row = base.slice();
      row[across.at] = (x - across.encoder.offset) / across.encoder.divisor;
      row[up.at] = (y - up.encoder.offset) / up.encoder.divisor;
      return row;
    },
  };
}

function planeOfMost(table: RowTable): BoundaryPlane {
  const { mean, directions, places, shares } = principalPlane(table);
  const titles = shares.map((share) => `(${(100 * share).toFixed(1)} % of the variance)`);
  const [first, second] = directions;
  return {
    xTitle: `First principal component ${titles[0]}`,
    yTitle: `Second principal component ${titles[1]}`,
    rest: 'the plane of the first two principal components, through the mean row',
    places,
    rowAt: (x, y) =>
      Float32Array.from(mean, (at, i) => at + x * (first[i] ?? 0) + y * (second[i] ?? 0)),
  };
}
