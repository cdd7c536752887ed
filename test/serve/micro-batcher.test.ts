import { setTimeout as sleep } from 'node:timers/promises';
import { PipelineError } from '../../src/errors.ts';
import { MicroBatcher, type BatcherOptions } from '../../src/serve/micro-batcher.ts';

/** Doubles every value, and tells of each pass. */
function rig({ passMs = 0, ...given }: Partial<BatcherOptions> & { passMs?: number } = {}) {
  const passes: number[] = [];
  let begun = 0;
  const ask = async (x: Float32Array, rows: number) => {
    passes.push(rows);
    await sleep(passMs);
    return x.map((value) => 2 * value);
  };
  const options = { maxRows: 4, waitMs: 5, maxQueuedRows: 100, onPass: () => (begun += 1) };
  const batcher = new MicroBatcher(ask, { ...options, ...given });
  const predict = async (...values: number[]) =>
    Array.from(await batcher.predict(Float32Array.from(values), values.length));
  return { batcher, predict, passes, begun: () => begun };
}

describe('MicroBatcher', () => {
  it('joins what comes together, and gives each its own', async () => {
    const { predict, passes, begun } = rig();
    expect(await Promise.all([predict(1), predict(2, 3), predict(4)])).toEqual([[2], [4, 6], [8]]);
    expect(passes).toEqual([4]);
    expect(begun()).toBe(1);
  });

  it('lets nothing wait once a pass is full, and splits no request', async () => {
    const { predict, passes } = rig({ waitMs: 60_000 });
    const found = await Promise.all([predict(1, 2, 3), predict(4, 5), predict(6, 7)]);
    expect(found).toEqual([
      [2, 4, 6],
      [8, 10],
      [12, 14],
    ]);
    expect(passes).toEqual([3, 4]);
  });

  it('gives one that is larger than a pass a pass of its own', async () => {
    const { predict, passes } = rig();
    await Promise.all([predict(1, 2, 3, 4, 5, 6), predict(7)]);
    expect(passes).toEqual([6, 1]);
  });

  it('lets a lone row go on its own after the wait', async () => {
    const { predict, passes } = rig({ waitMs: 1 });
    expect(await predict(3)).toEqual([6]);
    expect(passes).toEqual([1]);
  });

  it('joins what comes during a pass for the next', async () => {
    const { predict, passes } = rig({ waitMs: 1, passMs: 30 });
    const first = predict(1);
    await sleep(15);
    const others = [predict(2), predict(3), predict(4)];
    expect(await Promise.all([first, ...others])).toEqual([[2], [4], [6], [8]]);
    expect(passes).toEqual([1, 3]);
  });

  it('refuses what would wait behind too many rows, and takes more when they are done', async () => {
    const { batcher, predict } = rig({ maxQueuedRows: 3, waitMs: 10, maxRows: 100 });
    const taken = predict(1, 2);
    await expect(predict(3, 4)).rejects.toMatchObject({ code: 'SERVE_BUSY' });
    const fits = predict(5);
    expect(await Promise.all([taken, fits])).toEqual([[2, 4], [10]]);
    expect(batcher.queuedRows).toBe(0);
    expect(await predict(3, 4, 5, 6)).toEqual([6, 8, 10, 12]);
  });

  it('asks again where the process died, and fails all of a pass where it dies twice', async () => {
    let deaths = 1;
    const ask = (x: Float32Array) =>
      deaths-- > 0
        ? Promise.reject(new PipelineError('COMPUTE_CRASHED', 'killed'))
        : Promise.resolve(x);
    const options = { maxRows: 4, waitMs: 1, maxQueuedRows: 9, onPass: () => undefined };
    const batcher = new MicroBatcher(ask, options);
    expect(await batcher.predict(Float32Array.of(1), 1)).toEqual(Float32Array.of(1));
    deaths = 2;
    const both = [1, 2].map((value) => batcher.predict(Float32Array.of(value), 1));
    for (const one of both) await expect(one).rejects.toMatchObject({ code: 'COMPUTE_CRASHED' });
    expect(await batcher.predict(Float32Array.of(3), 1)).toEqual(Float32Array.of(3));
  });
});
