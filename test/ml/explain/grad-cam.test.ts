import * as tf from '@tensorflow/tfjs';
import { gradCam } from '../../../src/ml/explain/grad-cam.ts';
import { layerGradients } from '../../../src/ml/explain/layer-gradients.ts';
import { distance } from './golden-game.ts';
import { golden, goldenClassifier } from './gradient-golden.ts';

const { cnn } = golden;
const x = Float32Array.from(cnn.picture);
const cases = cnn.cams.map((one) => [one.layer, one.classIndex, one] as const);

describe('layerGradients', () => {
  it.each(cases)('equals a gradient tape, layer %s, class %i', async (layer, classIndex, one) => {
    const classifier = await goldenClassifier('cnn');
    const index = classifier.network.shapes.findIndex(({ name }) => name === layer);
    const ask = () => layerGradients(classifier.network, { x, layer: index, classIndex });
    // The network keeps views of its weights from the first time on.
    await ask();
    const before = tf.memory().numTensors;
    const found = await ask();
    expect(tf.memory().numTensors).toBe(before);
    classifier.dispose();
    expect(distance(found.activations, one.activations)).toBeLessThan(1e-5);
    expect(distance(found.gradients, one.gradients)).toBeLessThan(1e-5);
  });
});

describe('gradCam', () => {
  it.each(cases)('equals the reference, layer %s, class %i', (_layer, _class, one) => {
    for (const signs of ['signed', 'positive'] as const) {
      const heat = gradCam({ ...one, size: [9, 7], signs });
      expect(distance(heat, one[signs])).toBeLessThan(1e-5);
      expect(Math.max(...heat.map(Math.abs))).toBeCloseTo(1, 12);
    }
  });

  it('is 0 where nothing speaks for the class', () => {
    const given = { activations: [1, 2, 3, 4], shape: [2, 2, 1], size: [5, 3] } as const;
    const against = { ...given, gradients: [-1, -1, -1, -1] };
    expect([...gradCam({ ...against, signs: 'positive' })]).toEqual(Array(15).fill(0));
    const none = gradCam({ ...given, gradients: [0, 0, 0, 0], signs: 'signed' });
    expect([...none].map(Math.abs)).toEqual(Array(15).fill(0));
    expect(Math.min(...gradCam({ ...against, signs: 'signed' }))).toBe(-1);
  });
});
