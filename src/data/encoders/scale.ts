/** How numbers are scaled, learned from one after another. */
import type { NumberEncoder } from '../dataset.ts';

export interface Scale {
  readonly offset: number;
  /** Never 0: 1 where all numbers are equal, and of none. */
  readonly divisor: number;
}

/**
 * standard: (x − mean) / standard deviation, with n as divisor; minmax: to [0, 1]. Takes the numbers in
 * one order, for `standard` twice: the bits of a sum depend on it.
 */
export class ScaleFit {
  readonly #scale: NumberEncoder['scale'];
  #count = 0;
  #sum = 0;
  #low = Infinity;
  #high = -Infinity;
  #mean: number | null = null;
  #squares = 0;

  constructor(scale: NumberEncoder['scale']) {
    this.#scale = scale;
  }

  add(value: number): void {
    if (this.#mean !== null) {
      this.#squares += (value - this.#mean) ** 2;
      return;
    }
    this.#count += 1;
    this.#sum += value;
    this.#low = Math.min(this.#low, value);
    this.#high = Math.max(this.#high, value);
  }

  /** Asked after the last number: whether all are needed once more. */
  again(): boolean {
    if (this.#scale !== 'standard' || this.#count === 0 || this.#mean !== null) return false;
    this.#mean = this.#sum / this.#count;
    return true;
  }

  finish(): Scale {
    if (this.#scale === 'none' || this.#count === 0) return { offset: 0, divisor: 1 };
    if (this.#mean !== null) return this.#standard(this.#mean);
    const range = this.#high - this.#low;
    return { offset: this.#low, divisor: this.#high > this.#low ? range : 1 };
  }

  #standard(mean: number): Scale {
    const count = this.#count;
    const variance = this.#squares / count;
    // Rounding gives a constant column a variance up to this; see scikit-learn's StandardScaler.
    const rounding = count * Number.EPSILON * variance + (count * mean * Number.EPSILON) ** 2;
    return { offset: mean, divisor: variance > rounding ? Math.sqrt(variance) : 1 };
  }
}

export function fitScale(values: Float64Array, scale: NumberEncoder['scale']): Scale {
  const fit = new ScaleFit(scale);
  do for (const value of values) fit.add(value);
  while (fit.again());
  return fit.finish();
}
