import { drawCnn, drawMlp, withOutput } from '../../../src/ml/architectures/draw-architecture.ts';
import { inferShapes } from '../../../src/ml/architectures/infer-shapes.ts';
import type { LayerSpec } from '../../../src/ml/model.ts';

const parameters = (inputShape: number[], layers: LayerSpec[]): number =>
  inferShapes(inputShape, layers).reduce((sum, layer) => sum + layer.parameters, 0);

const graph = (shape: number[], layers: LayerSpec[]) => ({
  inputs: [{ name: 'input', shape }],
  layers,
});

const conv = (filters: number, padding: 'same' | 'valid', strides = 1): LayerSpec => ({
  type: 'conv2d',
  filters,
  kernelSize: 3,
  strides,
  padding,
  activation: 'relu',
});

describe('inferShapes', () => {
  it("counts the parameters of Keras' MNIST examples", () => {
    // keras.io/examples/vision/mnist_convnet: 34,826. The two-layer MLP: 784·128+128 + 128·10+10.
    const simpleConvnet: LayerSpec[] = [
      conv(32, 'valid'),
      { type: 'maxPooling2d', poolSize: 2 },
      conv(64, 'valid'),
      { type: 'maxPooling2d', poolSize: 2 },
      { type: 'flatten' },
      { type: 'dropout', rate: 0.5 },
      { type: 'dense', units: 10, activation: 'softmax' },
    ];
    expect(parameters([28, 28, 1], simpleConvnet)).toBe(34_826);
    const mlp = drawMlp([128], { inputShape: [28, 28], activation: 'relu', dropout: 0 });
    expect(parameters([28, 28], withOutput(graph([28, 28], mlp), 10))).toBe(101_770);
  });

  it('draws the reference network, pooling only where the picture is large enough', () => {
    const draw = (side: number): LayerSpec[] =>
      drawCnn({
        inputShape: [side, side, 1],
        filters: [32, 64, 128],
        kernelSize: 3,
        dense: [512],
        dropout: 0,
        activation: 'relu',
      });
    const large = withOutput(graph([28, 28, 1], draw(28)), 10);
    const shapes = inferShapes([28, 28, 1], large).map(({ outputShape }) => outputShape.join('×'));
    expect(shapes).toEqual([
      '28×28×32', '14×14×32', '14×14×64', '7×7×64', '7×7×128', '6272', '512', '10',
    ]); // prettier-ignore
    const expected =
      (9 * 32 + 32) + (9 * 32 * 64 + 64) + (9 * 64 * 128 + 128) +
      (7 * 7 * 128 * 512 + 512) + (512 * 10 + 10); // prettier-ignore
    expect(parameters([28, 28, 1], large)).toBe(expected);
    const pools = (side: number): number =>
      draw(side).filter(({ type }) => type === 'maxPooling2d').length;
    expect([pools(2), pools(4), pools(8)]).toEqual([0, 1, 2]);
  });

  it.each<[string, number[], number[]]>([
    ['same, stride 2', [7, 8, 3], [4, 4, 5]],
    ['valid, stride 2', [7, 8, 3], [3, 3, 5]],
  ])('gives the output sizes of a convolution: %s', (name, input, output) => {
    const [padding] = name.split(',') as ['same' | 'valid'];
    expect(inferShapes(input, [conv(5, padding, 2)])[0]?.outputShape).toEqual(output);
  });

  it('counts moving statistics as parameters', () => {
    expect(parameters([4, 4, 6], [{ type: 'batchNormalization' }])).toBe(24);
    expect(parameters([6], [{ type: 'layerNormalization' }])).toBe(12);
  });

  it.each<[string, string, number[], LayerSpec[]]>([
    [
      'SHAPE_MISMATCH',
      'Layer 0 (dense)',
      [8, 8, 1],
      [{ type: 'dense', units: 3, activation: 'relu' }],
    ],
    ['SHAPE_MISMATCH', 'Layer 0 (conv2d)', [8], [conv(3, 'same')]],
    [
      'SHAPE_MISMATCH',
      'Layer 1 (maxPooling2d)',
      [8, 8, 1],
      [conv(3, 'same'), { type: 'maxPooling2d', poolSize: 9 }],
    ],
    ['SHAPE_MISMATCH', 'Layer 0 (conv2d)', [2, 9, 1], [conv(3, 'valid')]],
    [
      'ARCHITECTURE_INVALID',
      'Layer 0 (dense)',
      [8],
      [{ type: 'dense', units: 0, activation: 'relu' }],
    ],
    [
      'ARCHITECTURE_INVALID',
      'Layer 0 (dense)',
      [8],
      [{ type: 'dense', units: 1e12 + 0.5, activation: 'relu' }],
    ],
    [
      'ARCHITECTURE_INVALID',
      'Layer 0 (dense)',
      [8],
      [{ type: 'dense', units: 1e12, activation: 'relu' }],
    ],
    ['ARCHITECTURE_INVALID', 'Layer 0 (dropout)', [8], [{ type: 'dropout', rate: 1 }]],
    [
      'ARCHITECTURE_INVALID',
      '1001 layers',
      [8],
      Array.from({ length: 1001 }, () => ({ type: 'flatten' })),
    ],
  ])('refuses with %s, naming "%s"', (code, named, inputShape, layers) => {
    let thrown: unknown;
    try {
      inferShapes(inputShape, layers);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code, message: expect.stringContaining(named) as string });
  });
});
