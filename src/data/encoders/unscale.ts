/** Half a unit in the last place of a float32, relative. */
const FLOAT32_ERROR = 2 ** -24;
const MAX_DECIMALS = 12;

/**
 * Undoes a scaling, with only the digits that the float32 in between preserved, so that 17.99 reads
 * 17.99 and not 17.989999938.
 */
export function unscale(encoded: number, offset: number, divisor: number): number | null {
  const value = encoded * divisor + offset;
  if (!Number.isFinite(value)) return null;
  const error = Math.abs(encoded * divisor) * FLOAT32_ERROR;
  if (error === 0) return value;
  const decimals = Math.floor(-Math.log10(2 * error));
  return Number(value.toFixed(Math.min(Math.max(decimals, 0), MAX_DECIMALS)));
}
