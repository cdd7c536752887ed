import type { DatasetInput } from '../../../../src/data/dataset.ts';
import { type Augmentation, Augmenter } from '../../../../src/ml/training/augment/augmenter.ts';
import { dropTokens } from '../../../../src/ml/training/augment/drop-tokens.ts';
import { MemoryRows } from '../../../../src/ml/training/memory-rows.ts';
import type { Batch } from '../../../../src/ml/training/rows.ts';

const PICTURE: DatasetInput = { name: 'input', shape: [5, 4, 1], offset: 0 };
const NUMBERS: DatasetInput = { name: 'age', shape: [3], offset: 20 };
const TOKENS: DatasetInput = { name: 'text', shape: [10], offset: 23, vocabulary: 50 };
const ALL = [PICTURE, NUMBERS, TOKENS];
const WIDTH = 33;

function batchOf(indices: readonly number[]): Batch {
  const x = new Float32Array(indices.length * WIDTH);
  indices.forEach((row, at) => {
    const values = x.subarray(at * WIDTH, (at + 1) * WIDTH);
    values.forEach((_, place) => (values[place] = 1 + ((row + place) % 7)));
    values.set([2, 4, 5, 6, 7, 8, 3, 0, 0, 0], TOKENS.offset);
  });
  const count = indices.length;
  return { count, width: WIDTH, x, y: new Int32Array(count), indices: Int32Array.from(indices) };
}

const EVERYTHING: Augmentation = {
  flip: 'both', shift: 0.2, rotate: 20, zoom: 0.2, cutout: 0.4, noise: 0.1, dropTokens: 0.4,
}; // prettier-ignore

function augmented(
  augmentation: Augmentation,
  indices: readonly number[],
  epoch = 0,
): Float32Array[] {
  const batch = batchOf(indices);
  new Augmenter({ augmentation, inputs: ALL, seed: 1 }).apply(batch, epoch);
  return indices.map((_, at) => batch.x.subarray(at * WIDTH, (at + 1) * WIDTH));
}

const slice = (row: Float32Array | undefined, { offset, shape }: DatasetInput): number[] => [
  ...(row ?? []).slice(offset, offset + shape.reduce((a, b) => a * b, 1)),
];

describe('augmentation', () => {
  it('of a row depends on the seed, the epoch and the row, not on its batch', () => {
    const [one, two] = augmented(EVERYTHING, [17, 4]);
    expect(augmented(EVERYTHING, [4])[0]).toEqual(two);
    expect(augmented(EVERYTHING, [3, 17, 5])[1]).toEqual(one);
    expect(augmented(EVERYTHING, [17], 1)[0]).not.toEqual(one);
    expect(slice(one, PICTURE)).not.toEqual(slice(batchOf([17]).x, PICTURE));
  });

  it('touches only the inputs that it is for', () => {
    const plain = batchOf([9]).x;
    const [noisy] = augmented({ noise: 0.1 }, [9]);
    expect(slice(noisy, TOKENS)).toEqual(slice(plain, TOKENS));
    expect(slice(noisy, NUMBERS)).not.toEqual(slice(plain, NUMBERS));
    const [flipped] = augmented({ rotate: 30, cutout: 0.5 }, [9]);
    expect(slice(flipped, NUMBERS)).toEqual(slice(plain, NUMBERS));
    expect(slice(flipped, TOKENS)).toEqual(slice(plain, TOKENS));
    const [dropped] = augmented({ dropTokens: 0.5 }, [9]);
    expect(slice(dropped, PICTURE)).toEqual(slice(plain, PICTURE));
    expect(slice(dropped, TOKENS)).not.toEqual(slice(plain, TOKENS));
  });

  it('adds noise of the standard deviation that was asked for', () => {
    const indices = Array.from({ length: 400 }, (_, row) => row);
    const plain = batchOf(indices).x;
    const differences = augmented({ noise: 0.5 }, indices).flatMap((row, at) => {
      const own = plain.subarray(at * WIDTH, (at + 1) * WIDTH);
      return [...row.subarray(0, 23)].map((value, place) => value - (own[place] as number));
    });
    const mean = differences.reduce((a, b) => a + b, 0) / differences.length;
    const variance = differences.reduce((sum, d) => sum + (d - mean) ** 2, 0) / differences.length;
    // Five standard errors of 9,200 draws.
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(Math.sqrt(variance) - 0.5)).toBeLessThan(0.02);
  });

  it('flips half of the rows, each axis by itself', () => {
    const indices = Array.from({ length: 400 }, (_, row) => row);
    const plain = batchOf(indices).x;
    const isSame = (row: Float32Array, at: number) =>
      slice(row, PICTURE).join() === slice(plain.subarray(at * WIDTH), PICTURE).join();
    const same = augmented({ flip: 'both' }, indices).filter(isSame);
    // Binomial, 400 draws of 1/4: five standard deviations are 43.
    expect(Math.abs(same.length - 100)).toBeLessThan(43);
  });

  it('leaves the part that batches are taken from as it was', () => {
    const { x, y } = batchOf([0, 1, 2]);
    const before = x.slice();
    const rows = new MemoryRows({ count: 3, width: WIDTH, x, y }, 1);
    const augmenter = new Augmenter({ augmentation: EVERYTHING, inputs: ALL, seed: 1 });
    augmenter.apply(rows.shuffled(0, { start: 0, end: 3 }), 0);
    expect(x).toEqual(before);
  });

  it.each([
    [{ shift: 0.1 }, [NUMBERS, TOKENS], 'augment.shift is for pictures'],
    [{ noise: 0.1 }, [TOKENS], 'augment.noise is for numbers'],
    [{ dropTokens: 0.1 }, [PICTURE, NUMBERS], 'augment.dropTokens is for texts'],
  ])('refuses %j where the data has nothing of the kind', (augmentation, inputs, message) => {
    expect(() => new Augmenter({ augmentation, inputs, seed: 1 })).toThrow(
      expect.objectContaining({
        code: 'SPEC_INVALID',
        message: expect.stringContaining(message) as string,
      }),
    );
  });
});

describe('dropping tokens', () => {
  const after = (tokens: number[], dropped: number[]) => {
    const values = Float32Array.from(tokens);
    const words = tokens.filter((token) => ![0, 2, 3].includes(token));
    dropTokens(values, () => dropped.includes(words.shift() as number));
    return [...values];
  };

  it('closes the gaps and keeps start and end', () => {
    expect(after([2, 4, 5, 6, 1, 3, 0], [5, 1])).toEqual([2, 4, 6, 3, 0, 0, 0]);
  });

  it('keeps a text that would be empty', () => {
    expect(after([2, 4, 5, 3, 0], [4, 5])).toEqual([2, 4, 5, 3, 0]);
    expect(after([0, 0], [])).toEqual([0, 0]);
  });
});
