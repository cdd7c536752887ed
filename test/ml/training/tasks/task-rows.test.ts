import fc from 'fast-check';
import { MemoryRows } from '../../../../src/ml/training/memory-rows.ts';
import { TaskRows } from '../../../../src/ml/training/tasks/task-rows.ts';

/** Row r of task t is the value 1000·t + r; labels go round through the task's classes. */
function partsOf(counts: readonly number[], classes = 3) {
  return counts.map((count, task) => {
    const x = Float32Array.from({ length: count }, (_, row) => 1000 * task + row);
    const y = Int32Array.from({ length: count }, (_, row) => row % classes);
    const source = new MemoryRows({ count, width: 1, x, y }, 5);
    return { source, classes, firstClass: classes * task };
  });
}

const someCounts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 2, maxLength: 4 });

describe('the rows of several tasks', () => {
  it('come each once an epoch, every batch having of each task its share', async () => {
    await fc.assert(
      fc.asyncProperty(someCounts, fc.integer({ min: 1, max: 9 }), async (counts, batch) => {
        const rows = new TaskRows(partsOf(counts));
        const total = counts.reduce((sum, count) => sum + count, 0);
        expect(rows.count).toBe(total);
        const seen: number[] = [];
        for (let start = 0; start < total; start += batch) {
          const end = Math.min(start + batch, total);
          const { x, y, indices } = await rows.shuffled(1, { start, end });
          const tasks = [...x].map((value) => Math.floor(value / 1000));
          expect(tasks).toEqual([...tasks].sort((a, b) => a - b));
          expect([...y]).toEqual([...x].map((value, at) => 3 * tasks[at]! + ((value % 1000) % 3)));
          counts.forEach((count, task) => {
            const share = (count * (end - start)) / total;
            const found = tasks.filter((one) => one === task).length;
            expect(Math.abs(found - share)).toBeLessThan(2);
          });
          seen.push(...indices);
        }
        expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: total }, (_, at) => at));
      }),
    );
  });

  it('do not depend on what was asked before, and are shuffled anew for each epoch', async () => {
    const range = { start: 7, end: 23 };
    const fresh = await new TaskRows(partsOf([20, 11])).shuffled(2, range);
    const used = new TaskRows(partsOf([20, 11]));
    await used.shuffled(1, { start: 0, end: 31 });
    expect(await used.shuffled(2, range)).toEqual(fresh);
    expect((await used.shuffled(3, range)).x).not.toEqual(fresh.x);
  });

  it('stand one task after the other where they are read in order', async () => {
    const rows = new TaskRows(partsOf([3, 2, 4]));
    const { x, y } = await rows.read({ start: 2, end: 7 });
    expect([...x]).toEqual([2, 1000, 1001, 2000, 2001]);
    expect([...y]).toEqual([2, 3, 4, 6, 7]);
    expect(await rows.countLabels()).toEqual([1, 1, 1, 1, 1, 0, 2, 1, 1]);
  });
});
