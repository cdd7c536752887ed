/** Numbers as they come, 8 bytes each. */
export class NumberList {
  #values = new Float64Array(1024);
  #length = 0;

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const longer = new Float64Array(2 * this.#length);
      longer.set(this.#values);
      this.#values = longer;
    }
    this.#values[this.#length] = value;
    this.#length += 1;
  }

  /** Shares the memory: what is written there is written here. */
  get values(): Float64Array {
    return this.#values.subarray(0, this.#length);
  }
}
