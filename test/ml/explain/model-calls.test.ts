import { joinModelCalls } from '../../../src/ml/explain/model-calls.ts';
import type { ModelFunction } from '../../../src/ml/explain/model-function.ts';
import { CounterRandom } from '../../../src/ml/random.ts';

/** Two answers a row, of all its values; notes how many rows each call had. */
function countingModel() {
  const calls: number[] = [];
  const seen = new Map<string, number>();
  const model: ModelFunction = (x, rows) => {
    calls.push(rows);
    const width = x.length / rows;
    const answers = new Float64Array(2 * rows);
    for (let row = 0; row < rows; row += 1) {
      const own = x.subarray(row * width, (row + 1) * width);
      const key = Buffer.from(own.slice().buffer).toString('hex');
      seen.set(key, (seen.get(key) ?? 0) + 1);
      answers[2 * row] = answerOf(own);
      answers[2 * row + 1] = 1 - answerOf(own);
    }
    return Promise.resolve(answers);
  };
  return { calls, seen, model };
}

const answerOf = (row: Float32Array) =>
  row.reduce((sum, value, index) => sum + Math.sin(value * (index + 1)), 0) / 7;

/** Rows of which many are alike: their values are 0 or 1. */
function drawRows(rows: number, width: number, seed: number): Float32Array {
  const random = new CounterRandom({ seed, stream: 'test' });
  return Float32Array.from({ length: rows * width }, () => random.integer(2));
}

function expectAnswers(x: Float32Array, width: number, answers: ArrayLike<number>) {
  const rows = x.length / width;
  expect(answers).toHaveLength(2 * rows);
  for (let row = 0; row < rows; row += 1) {
    expect(answers[2 * row]).toBe(answerOf(x.subarray(row * width, (row + 1) * width)));
  }
}

describe('joinModelCalls', () => {
  it('asks once for all that wait, and for each row once', async () => {
    const { calls, seen, model } = countingModel();
    const joined = joinModelCalls({ model, width: 6, classes: 2 });
    const questions = [40, 7, 90].map((rows, seed) => drawRows(rows, 6, seed));
    const answers = await Promise.all(questions.map((x) => joined.model(x, x.length / 6)));
    questions.forEach((x, index) => expectAnswers(x, 6, answers[index]!));
    expect(calls).toHaveLength(1);
    expect(calls[0]).toBe(seen.size);
    expect(seen.size).toBeLessThan(65);
    const again = await joined.model(questions[2]!, 90);
    expectAnswers(questions[2]!, 6, again);
    expect(calls).toHaveLength(1);
    expect([...seen.values()].every((times) => times === 1)).toBe(true);
    expect(joined.counts()).toEqual({ asked: 227, made: seen.size });
  });

  it('answers what comes while the model works in the next call', async () => {
    const { calls, model } = countingModel();
    const joined = joinModelCalls({ model, width: 1, classes: 2 });
    const first = joined.model(Float32Array.of(1), 1).then(() => {
      const next = [2, 3].map((value) => joined.model(Float32Array.of(value), 1));
      return Promise.all(next);
    });
    await first;
    expect(calls).toEqual([1, 2]);
  });

  it('keeps its bound of memory, and forgets rather than errs', async () => {
    const { model } = countingModel();
    const bytes = 1100 * (4 * 12 + 8 * 2 + 16);
    const joined = joinModelCalls({ model, width: 12, classes: 2, memoBytes: bytes });
    for (let seed = 0; seed < 12; seed += 1) {
      const x = drawRows(900, 12, seed);
      expectAnswers(x, 12, await joined.model(x, 900));
    }
    const { asked, made } = joined.counts();
    expect(asked).toBe(10_800);
    // There are 4,096 rows in all, more than it may keep.
    expect(made).toBeGreaterThan(4096);
    expect(made).toBeLessThan(asked);
    const tooMany = drawRows(3000, 12, 99);
    expectAnswers(tooMany, 12, await joined.model(tooMany, 3000));
    expect(joined.counts()).toEqual({ asked: 13_800, made: made + 3000 });
  });

  it('tells 0 from −0, and rows that differ in one bit', async () => {
    const { calls, model } = countingModel();
    const joined = joinModelCalls({ model, width: 2, classes: 2 });
    const next = new Float32Array(new Uint32Array([0x3f800001]).buffer)[0]!;
    await joined.model(Float32Array.of(0, 1, -0, 1, 0, next, 1, 0), 4);
    expect(calls).toEqual([4]);
  });

  it('does not keep rows of which few would fit, or that never come again', async () => {
    const wide = countingModel();
    const ofPictures = joinModelCalls({ model: wide.model, width: 20_000, classes: 2 });
    const picture = drawRows(2, 20_000, 1);
    const both = await Promise.all([ofPictures.model(picture, 2), ofPictures.model(picture, 2)]);
    both.forEach((answers) => expectAnswers(picture, 20_000, answers));
    expect(ofPictures.counts()).toEqual({ asked: 4, made: 4 });
    expect(wide.calls).toEqual([4]);

    const { model } = countingModel();
    const joined = joinModelCalls({ model, width: 1, classes: 2 });
    const all = Float32Array.from({ length: 20_000 }, (_, index) => index);
    await joined.model(all, 20_000);
    await joined.model(all.subarray(0, 10), 10);
    expect(joined.counts()).toEqual({ asked: 20_010, made: 20_010 });
  });

  it('gives an error to all that it concerns, and goes on', async () => {
    let fails = true;
    const { model } = countingModel();
    const joined = joinModelCalls({
      model: (x, rows) => (fails ? Promise.reject(new Error('broken')) : model(x, rows)),
      width: 1,
      classes: 2,
    });
    const x = Float32Array.of(4);
    const asked = [joined.model(x, 1), joined.model(x, 1)];
    for (const one of asked) await expect(one).rejects.toThrow('broken');
    fails = false;
    expectAnswers(x, 1, await joined.model(x, 1));
    await expect(joined.model(Float32Array.of(1, 2), 1)).rejects.toMatchObject({
      code: 'SHAPE_MISMATCH',
    });
  });

  it('refuses answers of another number of classes', async () => {
    const model: ModelFunction = (_, rows) => Promise.resolve(new Float32Array(3 * rows));
    const joined = joinModelCalls({ model, width: 1, classes: 2 });
    const refused = joined.model(Float32Array.of(1), 1);
    await expect(refused).rejects.toMatchObject({ code: 'SHAPE_MISMATCH' });
  });
});
