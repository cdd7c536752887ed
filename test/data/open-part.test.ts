import { MEDIA_TYPE } from '../../src/artifacts/artifact.ts';
import type { DatasetManifest, DatasetPart } from '../../src/data/dataset.ts';
import { openPart } from '../../src/data/open-part.ts';
import { encodeFloat32, encodeInt32 } from '../../src/data/tensor-bytes.ts';
import { MemoryStore } from '../memory-store.ts';

const store = new MemoryStore();

async function manifestOf(x: number[], y: number[], rows = y.length): Promise<DatasetManifest> {
  const tensor = (bytes: Uint8Array) => store.put(bytes, MEDIA_TYPE.tensor);
  const labels = await tensor(encodeInt32(Int32Array.from(y)));
  const part: DatasetPart = {
    rows,
    x: await tensor(encodeFloat32(Float32Array.from(x))),
    y: labels,
    sourceRows: labels,
  };
  return {
    version: 1, source: { path: 'a.csv', sha256: '0'.repeat(64), rows }, target: 'y',
    classes: ['a', 'b'], inputShape: [2], featureNames: ['p', 'q'], encoders: [],
    parts: { train: part, validation: part, test: part },
    split: { train: 1, validation: 0, test: 0, stratify: false, seed: 0 },
  }; // prettier-ignore
}

describe('a part that is opened', () => {
  it('gives any rows, and says how many there are of each class', async () => {
    const manifest = await manifestOf([1, 2, 3, 4, 5, 6, 7, 8], [0, 1, 1, 1]);
    const part = await openPart(store, manifest, 'train');
    expect([part.rows, part.width, part.labelCounts]).toEqual([4, 2, [1, 3]]);
    const [x, y] = [new Float32Array(4), new Int32Array(2)];
    await part.read({ start: 1, x, y });
    expect([[...x], [...y]]).toEqual([[3, 4, 5, 6], [1, 1]]); // prettier-ignore
    await part.close();
  });

  it.each([
    ['fewer values than rows', [1, 2, 3, 4], [0, 1, 1], 3],
    ['fewer labels than rows', [1, 2, 3, 4, 5, 6], [0, 1], 3],
    ['a label of no class', [1, 2, 3, 4], [0, 2], 2],
    ['a label below 0', [1, 2, 3, 4], [0, -1], 2],
  ])('is refused with %s', async (_, x, y, rows) => {
    const opened = openPart(store, await manifestOf(x, y, rows), 'train');
    await expect(opened).rejects.toMatchObject({ code: 'DATA_INVALID' });
  });
});
