/**
 * How to print two numbers that are held against each other: with `digits` decimals, or as many
 * more as tell them apart, so that a sentence never says "0.96 is below 0.96".
 */
export function tellingDecimals(a: number, b: number, digits: number): (value: number) => string {
  let shown = digits;
  while (shown < 12 && a !== b && a.toFixed(shown) === b.toFixed(shown)) shown += 1;
  return (value) => value.toFixed(shown);
}
