/** A figure of an audit: where the rows do not define it, `null` and why, never NaN. */
export type Figure =
  | { readonly value: number }
  | {
      readonly value: null;
      /** In words, such as `no row is of the class "ham"`. */
      readonly reason: string;
    };

export const undefinedFigure = (reason: string): Figure => ({ value: null, reason });
