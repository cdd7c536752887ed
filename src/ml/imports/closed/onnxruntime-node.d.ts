/** The part that is used here: the package is an optional peer, so its own types may not be there. */
declare module 'onnxruntime-node' {
  type Data = Float32Array | Int32Array | BigInt64Array;

  export class Tensor {
    constructor(type: 'float32' | 'int32' | 'int64', data: Data, dims: readonly number[]);
    readonly data: unknown;
    readonly dims: readonly number[];
  }

  interface Metadata {
    readonly name: string;
    readonly isTensor: boolean;
    readonly type: string;
    readonly shape: readonly (number | string)[];
  }

  export class InferenceSession {
    static create(
      bytes: Uint8Array,
      options: { readonly intraOpNumThreads: number; readonly logSeverityLevel: 3 },
    ): Promise<InferenceSession>;
    readonly outputNames: readonly string[];
    readonly inputMetadata: readonly Metadata[];
    run(
      feeds: Readonly<Record<string, Tensor>>,
      outputs: readonly string[],
    ): Promise<Readonly<Record<string, Tensor>>>;
    release(): Promise<void>;
  }
}
