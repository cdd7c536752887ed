import { readFileSync } from 'node:fs';
import { nearestRows } from '../../../src/ml/visualize/nearest-rows.ts';
import { principalPlane } from '../../../src/ml/visualize/principal-components.ts';
import { projectNeighbours } from '../../../src/ml/visualize/project-neighbours.ts';
import { trustworthiness } from '../../../src/ml/visualize/trustworthiness.ts';

interface Golden {
  readonly name: string;
  readonly rows: readonly (readonly number[])[];
  readonly directions: readonly [readonly number[], readonly number[]];
  readonly shares: readonly [number, number];
  readonly places: readonly (readonly [number, number])[];
  readonly trustworthiness: Readonly<Record<string, number>>;
}

const read = (file: string): string =>
  readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
const golden = JSON.parse(read('test/golden/projection.json')) as Golden[];
const tableOf = (rows: readonly (readonly number[])[]) => ({
  values: rows.flat(),
  rows: rows.length,
  width: rows[0]?.length ?? 0,
});

/** The first rows of the digits, pixels alone. */
const digits = (count: number): number[][] =>
  read('pipelines/data/digits.csv')
    .trim()
    .split('\n')
    .slice(1, count + 1)
    .map((line) => line.split(',').slice(0, 64).map(Number));

describe('principalPlane', () => {
  it.each(golden)('finds the directions that numpy finds: $name', ({ rows, ...wanted }) => {
    const { directions, shares, places } = principalPlane(tableOf(rows));
    for (const axis of [0, 1] as const) {
      expect(shares[axis]).toBeCloseTo(wanted.shares[axis], 12);
      directions[axis].forEach((value, at) => {
        expect(value).toBeCloseTo(wanted.directions[axis][at] ?? NaN, 10);
      });
      places.forEach((place, row) => {
        expect(place[axis]).toBeCloseTo(wanted.places[row]?.[axis] ?? NaN, 10);
      });
    }
  });

  it('puts rows that do not differ, and a single row, at the origin', () => {
    for (const rows of [
      [[1, 2, 3]],
      [
        [4, 4],
        [4, 4],
        [4, 4],
      ],
    ]) {
      const { places, shares } = principalPlane(tableOf(rows));
      expect(places).toEqual(rows.map(() => [0, 0]));
      expect(shares).toEqual([0, 0]);
    }
  });

  it('gives rows on a line no second direction', () => {
    const { directions, shares } = principalPlane(
      tableOf([
        [0, 0],
        [1, 1],
        [3, 3],
      ]),
    );
    expect(shares[0]).toBeCloseTo(1, 12);
    expect(shares[1]).toBe(0);
    expect([...directions[1]]).toEqual([0, 0]);
  });
});

describe('trustworthiness', () => {
  it.each(golden)('is that of scikit-learn: $name', ({ rows, places, ...wanted }) => {
    const neighbours = nearestRows(tableOf(rows));
    for (const [nearest, value] of Object.entries(wanted.trustworthiness)) {
      const found = trustworthiness({ neighbours, places, nearest: Number(nearest) });
      expect(found).toBeCloseTo(value, 12);
    }
  });

  it('says nothing of two rows, which lie right wherever they lie', () => {
    const neighbours = nearestRows(tableOf([[0], [1]]));
    expect(
      trustworthiness({
        neighbours,
        places: [
          [0, 0],
          [1, 1],
        ],
        nearest: 12,
      }),
    ).toBeNull();
  });
});

describe('projectNeighbours', () => {
  const project = (rows: number[][], seed: number) => {
    const table = tableOf(rows);
    const neighbours = nearestRows(table);
    const places = projectNeighbours({ table, neighbours, seed, onEpochs: () => undefined });
    return { neighbours, places };
  };

  it('keeps neighbours of the digits, better than two directions can, and the same each time', () => {
    const rows = digits(150);
    const { neighbours, places } = project(rows, 0);
    const trust = trustworthiness({ neighbours, places: places ?? [], nearest: 12 });
    const flat = principalPlane(tableOf(rows)).places;
    expect(trust).toBeGreaterThan(0.95);
    expect(trust).toBeGreaterThan(
      (trustworthiness({ neighbours, places: flat, nearest: 12 }) ?? 1) + 0.05,
    );
    expect(project(rows, 0).places).toEqual(places);
    expect(project(rows, 1).places).not.toEqual(places);
  });

  it('makes nothing of four rows, and something finite of five that are equal', () => {
    expect(project([[0], [1], [2], [3]], 0).places).toBeNull();
    const { places } = project(
      Array.from({ length: 5 }, () => [1, 1]),
      0,
    );
    expect(places?.flat().every(Number.isFinite)).toBe(true);
  });
});
