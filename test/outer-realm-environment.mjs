/** Typed arrays that native modules make are those of Node itself; tests see the same here. */
import { TestEnvironment } from 'jest-environment-node';

export default class OuterRealmEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    Object.assign(this.global, { Float32Array, Int32Array, BigInt64Array, Uint8Array });
  }
}
