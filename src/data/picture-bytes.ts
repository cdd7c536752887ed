/** A picture as it came from its source. */
export type Picture =
  | {
      readonly type: 'file';
      /** As a message names it. */
      readonly path: string;
      /** PNG or JPEG. */
      readonly bytes: Uint8Array;
      readonly sha256: string;
    }
  | {
      readonly type: 'raw';
      /** `[height, width, channels]`, 1 or 3 channels. */
      readonly shape: readonly [number, number, number];
      readonly data: Uint8Array;
    };
