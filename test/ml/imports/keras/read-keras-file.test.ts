import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { buildConverted } from '../../../../src/ml/imports/build-converted.ts';
import { readH5File } from '../../../../src/ml/imports/keras/read-h5-file.ts';
import { readKerasFile } from '../../../../src/ml/imports/keras/read-keras-file.ts';
import { readGoldenFile } from '../golden-models.ts';

const THREE = [0, 1, 2];
const invalid = { code: 'MODEL_INVALID' };

async function convert(bytes: Uint8Array, order = THREE) {
  return buildConverted(await readKerasFile(bytes), { data: null, output: undefined, order });
}

interface Layer {
  class_name: string;
  name: string;
  config: Record<string, unknown>;
}

/** The golden CNN with a layer's settings changed. */
async function withSettings(layer: string, changes: object): Promise<Uint8Array> {
  const files = unzipSync(await readGoldenFile('cnn.keras'));
  const config = JSON.parse(strFromU8(files['config.json']!)) as { config: { layers: Layer[] } };
  const found = config.config.layers.find(({ class_name: name }) => name === layer)!;
  Object.assign(found.config, changes);
  return zipSync({ ...files, 'config.json': strToU8(JSON.stringify(config)) });
}

async function withFile(name: string, bytes: Uint8Array): Promise<Uint8Array> {
  return zipSync({ ...unzipSync(await readGoldenFile('cnn.keras')), [name]: bytes });
}

describe('a model that cannot be converted', () => {
  it.each([
    ['lambda.keras', 'layer "lambda" is a Lambda'],
    ['unknown.keras', 'layer "grow" is of the class UpSampling2D'],
    ['shared.keras', 'layer "again" is used more than once'],
  ])('is refused by its layer: %s', async (file, message) => {
    const bytes = await readGoldenFile(file);
    await expect(convert(bytes, [0, 1])).rejects.toMatchObject({
      code: 'MODEL_UNSUPPORTED',
      message: expect.stringContaining(message),
    });
  });

  it('lists the layers that are known', async () => {
    await expect(convert(await readGoldenFile('unknown.keras'), [0, 1])).rejects.toMatchObject({
      message: expect.stringMatching(/did you mean|layers that are known/),
    });
  });

  it.each([
    ['Conv2D', { dilation_rate: [2, 2] }, 'dilation_rate'],
    ['Conv2D', { kernel_size: [3, 1] }, 'kernel_size'],
    ['Conv2D', { data_format: 'channels_first' }, 'data_format'],
    ['Conv2D', { activation: 'swish' }, 'activation'],
    ['MaxPooling2D', { strides: [1, 1] }, 'strides'],
    ['BatchNormalization', { axis: 1 }, 'axis'],
    ['ReLU', { max_value: 6 }, 'max_value'],
  ])('is refused by a setting of %s: %j', async (layer, changes, key) => {
    await expect(convert(await withSettings(layer, changes))).rejects.toMatchObject({
      code: 'MODEL_UNSUPPORTED',
      message: expect.stringContaining(key),
    });
  });
});

describe('a broken or hostile file', () => {
  it('is refused where it is no archive, or lacks a part', async () => {
    const whole = await readGoldenFile('cnn.keras');
    await expect(convert(whole.slice(0, 5000))).rejects.toMatchObject(invalid);
    const { 'model.weights.h5': _, ...others } = unzipSync(whole);
    await expect(convert(zipSync(others))).rejects.toMatchObject(invalid);
  });

  it.each([
    ['no JSON', 'config.json', strToU8('{"class_name": ')],
    ['no model', 'config.json', strToU8('[1, 2]')],
    ['deep JSON', 'config.json', strToU8('['.repeat(5000) + ']'.repeat(5000))],
    ['no HDF5', 'model.weights.h5', strToU8('no HDF5 file')],
  ])('is refused where a part is %s', async (_, name, bytes) => {
    await expect(convert(await withFile(name, bytes))).rejects.toMatchObject(invalid);
  });

  it('is refused where its weights are cut off, wherever that is', async () => {
    const weights = unzipSync(await readGoldenFile('cnn.keras'))['model.weights.h5']!;
    for (const share of [0.1, 0.4, 0.7, 0.95]) {
      const cut = weights.slice(0, Math.floor(share * weights.length));
      await expect(convert(await withFile('model.weights.h5', cut))).rejects.toMatchObject(invalid);
    }
  });

  it.each([
    ['Dense', { units: 1e9 }],
    ['Dense', { units: -1 }],
    ['Dense', { units: 'six' }],
    ['Conv2D', { filters: 2 ** 40 }],
    ['BatchNormalization', { scale: 'yes' }],
    ['BatchNormalization', { scale: false }],
  ])('is refused where %s says %j and its weights say otherwise', async (layer, changes) => {
    await expect(convert(await withSettings(layer, changes))).rejects.toMatchObject(invalid);
  });
});

it('a file of weights alone is told from a model', async () => {
  const { 'model.weights.h5': weights } = unzipSync(await readGoldenFile('cnn.keras'));
  await expect(readH5File(weights!)).rejects.toMatchObject({ code: 'MODEL_UNSUPPORTED' });
});
