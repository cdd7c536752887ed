import { joinSegments } from '../../../../src/ml/explain/lime/join-segments.ts';
import { superpixels } from '../../../../src/ml/explain/lime/superpixels.ts';
import { CounterRandom } from '../../../../src/ml/random.ts';

type Shape = readonly [number, number, number];

/** Regions with curved borders: a disc, a diagonal and a wave, each of one colour, with noise. */
function drawRegions([height, width, channels]: Shape, noise: number) {
  const random = new CounterRandom({ seed: 2, stream: 'test' });
  const region = new Int32Array(height * width);
  const x = new Float32Array(height * width * channels);
  const colours = [
    [0.2, 0.3, 0.7],
    [0.8, 0.3, 0.2],
    [0.25, 0.65, 0.3],
    [0.9, 0.85, 0.4],
  ];
  for (let pixel = 0; pixel < region.length; pixel += 1) {
    const [u, v] = [(pixel % width) / width, Math.floor(pixel / width) / height];
    let own = u + v > 1.1 ? 1 : 0;
    if (v > 0.75 + 0.07 * Math.sin(9 * u)) own = 2;
    if ((u - 0.4) ** 2 + (v - 0.4) ** 2 < 0.05) own = 3;
    region[pixel] = own;
    for (let channel = 0; channel < channels; channel += 1) {
      x[pixel * channels + channel] = colours[own]![channel]! + noise * random.normal();
    }
  }
  return { region, x };
}

function bordersOf(labels: Int32Array, width: number): Set<number> {
  const borders = new Set<number>();
  labels.forEach((label, pixel) => {
    const isLast = pixel % width === width - 1;
    if (!isLast && labels[pixel + 1] !== label) borders.add(pixel);
    if (pixel + width < labels.length && labels[pixel + width] !== label) borders.add(pixel);
  });
  return borders;
}

/** Share of the true borders that have a border of the segments within one pixel. */
function boundaryRecall(truth: Int32Array, labels: Int32Array, width: number): number {
  const found = bordersOf(labels, width);
  const wanted = [...bordersOf(truth, width)];
  const near = [0, 1, -1].flatMap((dy) => [0, 1, -1].map((dx) => dy * width + dx));
  return wanted.filter((pixel) => near.some((to) => found.has(pixel + to))).length / wanted.length;
}

function gridOf([height, width]: Shape, side: number): Int32Array {
  const cells = Math.ceil(width / side);
  return Int32Array.from(
    { length: height * width },
    (_, at) => Math.floor(Math.floor(at / width) / side) * cells + Math.floor((at % width) / side),
  );
}

describe('superpixels', () => {
  it.each([3, 1])('follow the borders of what is seen, with %i channels', (channels) => {
    const shape = [96, 120, channels] as const;
    const { region, x } = drawRegions(shape, 0.02);
    const labels = superpixels({ x, shape }, { segments: 60 });
    const recall = boundaryRecall(region, labels, 120);
    expect(recall).toBeGreaterThan(0.9);
    // A grid of as many squares finds about a third by chance.
    expect(boundaryRecall(region, gridOf(shape, 14), 120)).toBeLessThan(0.6);
    const count = Math.max(...labels) + 1;
    expect(count).toBeGreaterThan(25);
    expect(count).toBeLessThan(90);
    expect(new Set(labels).size).toBe(count);
  });

  it('are connected, each of them', () => {
    const shape = [64, 64, 3] as const;
    const labels = superpixels({ x: drawRegions(shape, 0.1).x, shape }, { segments: 40 });
    expect(Math.max(...joinSegments(labels, [64, 64], 0))).toBe(Math.max(...labels));
  });

  it('divide a picture of one colour by place alone', () => {
    const shape = [40, 40, 3] as const;
    const x = new Float32Array(4800).fill(0.5);
    const labels = superpixels({ x, shape }, { segments: 16 });
    const sizes = new Map<number, number>();
    for (const label of labels) sizes.set(label, (sizes.get(label) ?? 0) + 1);
    expect(sizes.size).toBe(16);
    for (const size of sizes.values()) expect(Math.abs(size - 100)).toBeLessThan(25);
  });

  it('may be one, and a picture one pixel', () => {
    const x = drawRegions([8, 8, 3], 0.1).x;
    const one = superpixels({ x, shape: [8, 8, 3] }, { segments: 1 });
    expect(new Set(one)).toEqual(new Set([0]));
    const pixel = superpixels({ x: Float32Array.of(1), shape: [1, 1, 1] }, { segments: 1 });
    expect(Array.from(pixel)).toEqual([0]);
  });
});

describe('joinSegments', () => {
  it('parts what hangs not together, and joins what is too small', () => {
    // prettier-ignore
    const labels = Int32Array.of(
      1, 1, 2, 1,
      1, 1, 2, 1,
      3, 1, 2, 1,
    );
    expect(Array.from(joinSegments(labels, [3, 4], 2))).toEqual([
      ...[0, 0, 1, 2],
      ...[0, 0, 1, 2],
      ...[0, 0, 1, 2],
    ]);
  });
});
