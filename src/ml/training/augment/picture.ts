/** A picture within a row. */
export interface Picture {
  /** `[height · width · channels]`, channels next to one another; a view of the row. */
  readonly values: Float32Array;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}
