import type { OpenPart } from '../../../src/data/open-part.ts';
import type { Batch } from '../../../src/ml/training/rows.ts';
import { StreamedRows } from '../../../src/ml/training/streamed-rows.ts';

const WIDTH = 2;

/** Row r is [r, −r] with the label r mod 3; counts the largest read. */
function partOf(rows: number): OpenPart & { largest: number } {
  const part = {
    rows,
    width: WIDTH,
    labels: 1,
    labelCounts: [0, 1, 2].map((label) => Math.ceil((rows - label) / 3)),
    largest: 0,
    read({ start, x, y }: Parameters<OpenPart['read']>[0]) {
      part.largest = Math.max(part.largest, y.length);
      y.forEach((_, at) => {
        const row = start + at;
        if (row >= rows) throw new Error(`row ${row} of ${rows}`);
        y[at] = row % 3;
        x.set([row, -row], at * WIDTH);
      });
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
  return part;
}

/** Windows of 256 rows: 32 blocks of 8. */
const OPTIONS = { windowBytes: 256 * WIDTH * 4, seed: 5 };

async function epochOf(source: StreamedRows, epoch: number, batch = 10): Promise<Batch[]> {
  const batches: Batch[] = [];
  for (let start = 0; start < source.count; start += batch) {
    const end = Math.min(start + batch, source.count);
    batches.push(await source.shuffled(epoch, { start, end }));
  }
  return batches;
}

const indicesOf = (batches: readonly Batch[]) => batches.flatMap(({ indices }) => [...indices]);

describe('rows from disk', () => {
  it.each([1, 7, 8, 255, 256, 257, 512, 1003])(
    'of %i come once an epoch, each with its own values and label',
    async (count) => {
      for (const epoch of [0, 1]) {
        const batches = await epochOf(new StreamedRows(partOf(count), OPTIONS), epoch);
        const indices = indicesOf(batches);
        expect(indices.toSorted((a, b) => a - b)).toEqual(
          Array.from({ length: count }, (_, i) => i),
        );
        expect(batches.flatMap(({ x }) => [...x])).toEqual(indices.flatMap((row) => [row, -row]));
        expect(batches.flatMap(({ y }) => [...y])).toEqual(indices.map((row) => row % 3));
      }
    },
  );

  it('come in another order each epoch, the same for the same seed', async () => {
    const order = async (seed: number, epoch: number) =>
      indicesOf(await epochOf(new StreamedRows(partOf(1003), { ...OPTIONS, seed }), epoch));
    const first = await order(5, 0);
    expect(await order(5, 0)).toEqual(first);
    expect(await order(5, 1)).not.toEqual(first);
    expect(await order(6, 0)).not.toEqual(first);
  });

  it('do not depend on the batches, nor on what was read before', async () => {
    const whole = indicesOf(await epochOf(new StreamedRows(partOf(1003), OPTIONS), 3, 1003));
    const source = new StreamedRows(partOf(1003), OPTIONS);
    expect(indicesOf(await epochOf(source, 3, 64))).toEqual(whole);
    // Going on in the middle of a window.
    const { indices } = await new StreamedRows(partOf(1003), OPTIONS).shuffled(3, {
      start: 700,
      end: 780,
    });
    expect([...indices]).toEqual(whole.slice(700, 780));
  });

  it('are mixed over the whole part: a window has blocks from all of it', async () => {
    const source = new StreamedRows(partOf(4096), OPTIONS);
    const { indices } = await source.shuffled(0, { start: 0, end: 256 });
    const quarters = [0, 0, 0, 0];
    for (const row of indices) quarters[Math.floor(row / 1024)] = (quarters[Math.floor(row / 1024)] ?? 0) + 1; // prettier-ignore
    // 32 of 512 blocks: 8 of each quarter on average, with a deviation of 2.4.
    expect(Math.min(...quarters)).toBeGreaterThanOrEqual(8);
    // Neighbours of a block are not neighbours of a batch.
    const neighbours = [...indices].filter((row, at) => row === (indices[at - 1] ?? -9) + 1);
    expect(neighbours.length).toBeLessThan(20);
  });

  it('are read a block at a time, and in order where that is asked for', async () => {
    const part = partOf(1003);
    const source = new StreamedRows(part, OPTIONS);
    await epochOf(source, 0);
    expect(part.largest).toBe(8);
    const { x, y } = await source.read({ start: 995, end: 1003 });
    expect([...y]).toEqual([995, 996, 997, 998, 999, 1000, 1001, 1002].map((row) => row % 3));
    expect([...x.subarray(0, 4)]).toEqual([995, -995, 996, -996]);
    expect(source.countLabels()).toEqual([335, 334, 334]);
  });
});
