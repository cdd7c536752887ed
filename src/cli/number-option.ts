/** Options that are numbers, checked before anything starts. */
import { InvalidArgumentError } from 'commander';

/** A parser of whole numbers from 1; commander reports what it refuses, with exit code 2. */
export function wholeNumber({ most }: { readonly most: number }): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : 0;
    if (value >= 1 && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${most}.`);
  };
}
