/** Changes rows at random each time that training sees them. */
import type { DatasetInput } from '../../../data/dataset.ts';
import { PipelineError } from '../../../errors.ts';
import { CounterRandom } from '../../random.ts';
import type { Batch } from '../rows.ts';
import { augmentPicture, PICTURE_KEYS, type PictureAugmentation } from './augment-picture.ts';
import { dropTokens } from './drop-tokens.ts';

export interface Augmentation extends PictureAugmentation {
  /** Standard deviation of what is added to each value that is no token. */
  readonly noise?: number | undefined;
  /** Share of tokens that are left out. */
  readonly dropTokens?: number | undefined;
}

export interface AugmenterOptions {
  readonly augmentation: Augmentation;
  /** What a row holds. */
  readonly inputs: readonly DatasetInput[];
  readonly seed: number;
}

const WORD = 2 ** 32;

/**
 * What happens to a row is a function of the seed, the epoch and the row: it does not depend on the
 * batch that the row is in, nor on where training was interrupted.
 */
export class Augmenter {
  readonly #options: AugmenterOptions;

  /** @throws PipelineError `SPEC_INVALID` for what no input of the rows can have. */
  constructor(options: AugmenterOptions) {
    requireSuitable(options);
    this.#options = options;
  }

  /**
   * @param batch  its rows are changed in place.
   * @param epoch  from 0.
   */
  apply({ x, width, indices }: Batch, epoch: number): void {
    const { inputs, seed } = this.#options;
    indices.forEach((row, at) => {
      const random = new CounterRandom({ seed, stream: 'augment', step: epoch * WORD + row });
      for (const input of inputs) {
        const start = at * width + input.offset;
        this.#change(x.subarray(start, start + sizeOf(input)), input, random);
      }
    });
  }

  #change(values: Float32Array, input: DatasetInput, random: CounterRandom): void {
    const { augmentation } = this.#options;
    if (isTokens(input)) {
      const share = augmentation.dropTokens;
      if (share !== undefined) dropTokens(values, () => random.uniform() < share);
      return;
    }
    if (isPicture(input)) {
      const [height, width, channels] = input.shape as [number, number, number];
      augmentPicture({ values, height, width, channels }, augmentation, random);
    }
    const { noise } = augmentation;
    if (noise === undefined) return;
    values.forEach((value, at) => {
      values[at] = value + noise * random.normal();
    });
  }
}

const sizeOf = ({ shape }: DatasetInput): number => shape.reduce((a, b) => a * b, 1);
const isTokens = ({ vocabulary }: DatasetInput): boolean => vocabulary !== undefined;
const isPicture = (input: DatasetInput): boolean => !isTokens(input) && input.shape.length === 3;

function requireSuitable({ augmentation, inputs }: AugmenterOptions): void {
  const needs = [
    [PICTURE_KEYS, isPicture, 'pictures'],
    [['noise'], (input: DatasetInput) => !isTokens(input), 'numbers'],
    [['dropTokens'], isTokens, 'texts'],
  ] as const;
  for (const [keys, suits, what] of needs) {
    const key = keys.find((name) => augmentation[name] !== undefined);
    if (key === undefined || inputs.some(suits)) continue;
    throw new PipelineError('SPEC_INVALID', `augment.${key} is for ${what}; the data has none`, {
      remedy: 'remove it',
    });
  }
}
