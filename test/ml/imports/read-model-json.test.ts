import { layersNetwork } from '../../../src/ml/imports/tfjs/layers-network.ts';
import { readModelJson } from '../../../src/ml/imports/tfjs/read-model-json.ts';
import { readGoldenFile } from './golden-models.ts';

interface ModelJson {
  weightsManifest: { paths: string[]; weights: Record<string, unknown>[] }[];
}

const sibling = (name: string) => readGoldenFile(`tfjs-cnn/${name}`);

async function edited(edit: (json: ModelJson) => void): Promise<Uint8Array> {
  const text = new TextDecoder().decode(await sibling('model.json'));
  const json = JSON.parse(text) as ModelJson;
  edit(json);
  return new TextEncoder().encode(JSON.stringify(json));
}

async function open(bytes: Uint8Array) {
  const { weightsOf, graph } = layersNetwork(await readModelJson(bytes, sibling));
  return graph.layers.map(weightsOf);
}

it.each(['../secret.bin', '/etc/passwd', 'a/../../b.bin', '..', 'C:\\x'])(
  'refuses a shard at %s, and reads nothing there',
  async (path) => {
    const bytes = await edited(({ weightsManifest: [group] }) => (group!.paths = [path]));
    const read: string[] = [];
    await expect(
      readModelJson(bytes, (name) => {
        read.push(name);
        return sibling('weights.bin');
      }),
    ).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    expect(read).toEqual([]);
  },
);

it.each([
  ['a shape beyond its bytes', { shape: [1e6, 1e6] }, 'MODEL_INVALID'],
  ['a shape that ends early', { shape: [1] }, 'MODEL_INVALID'],
  ['a shape of less than nothing', { shape: [-3, -9] }, 'MODEL_INVALID'],
  ['no name', { name: 3 }, 'MODEL_INVALID'],
  ['quantised values', { quantization: { dtype: 'uint8' } }, 'MODEL_UNSUPPORTED'],
  ['values of another type', { dtype: 'int32' }, 'MODEL_UNSUPPORTED'],
])('refuses a weight with %s', async (_, changes, code) => {
  const bytes = await edited(({ weightsManifest: [group] }) => {
    Object.assign(group!.weights[0]!, changes);
  });
  await expect(open(bytes)).rejects.toMatchObject({ code });
});

it('gives each layer its own weights in Keras’ order', async () => {
  const shapes = (await open(await sibling('model.json'))).map((weights) =>
    weights.map(({ shape }) => shape),
  );
  expect(shapes).toEqual([[[3, 3, 1, 3], [3]], [[3], [3], [3], [3]], [], [], [[27, 3], [3]]]);
});
