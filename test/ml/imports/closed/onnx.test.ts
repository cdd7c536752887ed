/**
 * Needs the optional package onnxruntime-node; without it, that this is said.
 *
 * @jest-environment ./test/outer-realm-environment.mjs
 */
import { createRequire } from 'node:module';
import { ForeignClassifier } from '../../../../src/ml/imports/closed/foreign-classifier.ts';
import { ONNX_FILE, openOnnx } from '../../../../src/ml/imports/closed/onnx.ts';
import type { ForeignReading } from '../../../../src/ml/model.ts';
import { largestGap, readGolden, readGoldenFile } from '../golden-models.ts';
import { bytesField, numberField } from './protobuf-writer.ts';

function isInstalled(): boolean {
  try {
    createRequire(import.meta.url).resolve('onnxruntime-node');
    return true;
  } catch {
    return false;
  }
}

const withRuntime = isInstalled() ? describe : describe.skip;
const withoutRuntime = isInstalled() ? describe.skip : describe;

const open = (bytes: Uint8Array) => openOnnx({ files: new Map([[ONNX_FILE, bytes]]) });
const THREE = ['a', 'b', 'c'];

async function ask(name: string, inputShape: readonly number[], changes: Partial<ForeignReading>) {
  const { rows, x, outputs } = await readGolden(name);
  const runtime = await open(await readGoldenFile(name));
  const [input] = runtime.inputs;
  const reading: ForeignReading = {
    output: 'probabilities',
    layout: 'channels-last',
    order: [0, 1, 2],
    feeds: [{ name: input?.name ?? '', offset: 0, shape: inputShape }],
    ...changes,
  };
  const classifier = new ForeignClassifier(runtime, { classes: THREE, inputShape }, reading);
  const found = await classifier.predict(x, rows);
  const alone = await classifier.predict(x.subarray(0, x.length / rows), 1);
  classifier.dispose();
  return { found, alone, outputs };
}

withRuntime('with ONNX Runtime', () => {
  it('answers as PyTorch does, with channels first, within 1e-5', async () => {
    const { found, outputs } = await ask('torch-cnn.onnx', [8, 8, 1], {
      ...{ output: 'logits', layout: 'channels-first' },
    });
    expect(largestGap(found, outputs)).toBeLessThan(1e-5);
  });

  it('answers as PyTorch does where a model takes one row at once', async () => {
    const { found, outputs } = await ask('torch-mlp.onnx', [4], {});
    expect(largestGap(found, outputs)).toBeLessThan(1e-5);
  });

  it('gives a row the same bits whoever stands beside it', async () => {
    const { found, alone } = await ask('torch-cnn.onnx', [8, 8, 1], {
      ...{ output: 'logits', layout: 'channels-first' },
    });
    expect([...alone]).toEqual([...found.subarray(0, 3)]);
  });

  it('refuses what is no model', async () => {
    const bytes = (await readGoldenFile('torch-mlp.onnx')).slice(0, -40);
    await expect(open(bytes)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });
});

withoutRuntime('without ONNX Runtime', () => {
  it('says how to install it', async () => {
    await expect(open(await readGoldenFile('torch-mlp.onnx'))).rejects.toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
      remedy: expect.stringContaining('npm install onnxruntime-node@'),
    });
  });
});

describe('whatever is installed', () => {
  it.each([
    ['an initializer', (tensor: Uint8Array) => bytesField(5, tensor)],
    [
      'a constant in a branch',
      (tensor: Uint8Array) => {
        const inner = bytesField(1, bytesField(5, bytesField(5, tensor)));
        return bytesField(1, bytesField(5, bytesField(6, inner)));
      },
    ],
  ])('refuses weights in other files, of %s', async (_, graphOf) => {
    const outside = numberField(14, 1);
    const model = bytesField(7, graphOf(outside));
    await expect(open(model)).rejects.toMatchObject({ code: 'MODEL_UNSUPPORTED' });
  });
});
