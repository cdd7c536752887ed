import type { EncodedBatch } from '../../src/data/incoming/read-batches.ts';
import { predictBatches } from '../../src/predict/predict-batches.ts';
import { PredictionCounter } from '../../src/predict/prediction-summary.ts';
import { predictionText } from '../../src/predict/prediction-text.ts';

const batch = (...numbers: number[]): EncodedBatch => ({
  x: Float32Array.from(numbers),
  rows: numbers.length,
  numbers,
});

describe('predictBatches', () => {
  it('keeps the order, and asks for one batch ahead of the one that is read out', async () => {
    const said: string[] = [];
    async function* batches() {
      for (let first = 0; first < 4; first += 1) {
        said.push(`read ${first}`);
        yield await Promise.resolve(batch(first));
      }
    }
    for await (const { numbers } of predictBatches(batches(), (x) => Promise.resolve(x))) {
      said.push(`out ${numbers.join()}`);
    }
    expect(said).toEqual([
      ...['read 0', 'read 1', 'out 0', 'read 2', 'out 1', 'read 3', 'out 2', 'out 3'],
    ]);
  });

  it('names the row whose probability is not finite', async () => {
    async function* batches() {
      yield await Promise.resolve(batch(7, 9));
    }
    const ask = () => Promise.resolve(Float32Array.of(0.5, 0.5, NaN, 1));
    await expect(predictBatches(batches(), ask).next()).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      details: { row: 9 },
    });
  });

  it('throws what asking throws, also while the next batch is read', async () => {
    async function* batches() {
      yield batch(0);
      await new Promise((resolve) => setTimeout(resolve, 5));
      yield batch(1);
    }
    const ask = () => Promise.reject(new Error('lost'));
    await expect(predictBatches(batches(), ask).next()).rejects.toThrow('lost');
  });
});

describe('predictionText', () => {
  const classes = ['a,b', '"', '__proto__'];
  const batches = [
    { numbers: [0, 2], probabilities: Float32Array.of(0.1, 0.7, 0.2, 0.4, 0.4, 0.2) },
    { numbers: [3], probabilities: Float32Array.of(0, 0, 1) },
  ];
  const write = (format: 'csv' | 'jsonl' | 'json') => {
    const text = predictionText(format, classes);
    return text.start + batches.map(text.batch).join('') + text.end();
  };
  const objects = batches.flatMap(({ numbers, probabilities }) =>
    numbers.map((row, index) => [
      row,
      Array.from(probabilities.subarray(3 * index, 3 * index + 3)),
    ]),
  );

  it('writes one JSON array, and one object a line, with every bit of the floats', () => {
    const array = JSON.parse(write('json')) as Record<string, unknown>[];
    const lines = write('jsonl')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(lines).toEqual(array);
    expect(
      array.map(({ row, probabilities }) => [row, Object.values(probabilities as object)]),
    ).toEqual(objects);
    expect(array.map((found) => found['class'])).toEqual(['"', 'a,b', '__proto__']);
    expect(array[2]!['confidence']).toBe(1);
  });

  it('writes CSV with quoted names', () => {
    const [header, first] = write('csv').split('\n');
    expect(header).toBe(
      'row,class,confidence,"probability of a,b","probability of """,probability of __proto__',
    );
    const p = Array.from(batches[0]!.probabilities.subarray(0, 3));
    expect(first).toBe(['0', '""""', String(p[1]), ...p.map(String)].join(','));
  });

  it('writes an empty array of no rows', () => {
    const text = predictionText('json', classes);
    expect(JSON.parse(text.start + text.end())).toEqual([]);
  });
});

describe('PredictionCounter', () => {
  it('counts classes and skipped rows, and means the confidence', () => {
    const counter = new PredictionCounter(['no', 'yes']);
    expect(counter.summary()).toMatchObject({ rows: 0, meanConfidence: null });
    counter.add({ numbers: [0, 1], probabilities: Float32Array.of(0.25, 0.75, 1, 0) });
    for (let row = 0; row < 150; row += 1) counter.skip(row);
    const { skipped, ...rest } = counter.summary();
    expect(rest).toEqual({ rows: 2, classes: { no: 1, yes: 1 }, meanConfidence: 0.875 });
    expect(skipped.count).toBe(150);
    expect(skipped.rows).toHaveLength(100);
  });
});
