import { MEDIA_TYPE } from '../../src/artifacts/artifact.ts';
import { loadPart } from '../../src/data/load-part.ts';
import { MemoryStore } from '../memory-store.ts';

describe('loadPart', () => {
  it('refuses a part that is too large to be read as a whole', async () => {
    const store = new MemoryStore();
    const none = await store.put(new Uint8Array(), MEDIA_TYPE.tensor);
    const part = { rows: 0, x: none, y: none, sourceRows: none };
    const manifest = {
      ...{ version: 1, source: { path: 'a.csv', sha256: none.sha256, rows: 0 }, target: 'y' },
      ...{ classes: ['a', 'b'], inputShape: [1], featureNames: ['x'], encoders: [] },
      split: { train: 1, validation: 0, test: 0, stratify: false, seed: 1 },
      parts: { train: { ...part, x: { ...none, bytes: 2 ** 31 } }, validation: part, test: part },
    };
    const dataset = await store.putJson(manifest, MEDIA_TYPE.dataset);
    await expect(loadPart(store, dataset, 'train')).rejects.toMatchObject({
      code: 'DATA_TOO_LARGE',
    });
    expect((await loadPart(store, dataset, 'test')).rows).toBe(0);
  });
});
