/** Keys that need one another. */
import type { Json } from '../../json.ts';
import type { Fault } from '../../spec/spec.ts';
import type { CheckedStep } from './checked-step.ts';

const listOf = (value: Json | undefined): readonly Json[] | null =>
  Array.isArray(value) ? (value as readonly Json[]) : null;

/** One weight for each member. */
export function checkFuse({ given }: CheckedStep): readonly Fault[] {
  const members = listOf(given['members']);
  const weights = listOf(given['weights']);
  if (!members || !weights) return [];
  if (given['method'] !== undefined && given['method'] !== 'weighted-average') {
    const message = '`weights` is for the method weighted-average';
    return [{ code: 'SPEC_INVALID', path: ['weights'], at: 'key', message, remedy: 'remove it' }];
  }
  if (members.length === weights.length) return [];
  const message = `\`weights\` has ${weights.length} numbers for ${members.length} members`;
  const remedy = 'give one for each member';
  return [{ code: 'SPEC_INVALID', path: ['weights'], at: 'value', message, remedy }];
}

const NEEDED_BY_PICTURE: Readonly<Record<string, readonly string[]>> = {
  'learning-curve': ['histories'],
  'confusion-matrix': ['predictions'],
  'attribution-overlay': ['explanations', 'dataset'],
};

/** Each picture has what it is drawn from. */
export function checkVisualize({ given }: CheckedStep): readonly Fault[] {
  return (listOf(given['pictures']) ?? []).flatMap((picture, index) =>
    (NEEDED_BY_PICTURE[String(picture)] ?? [])
      .filter((key) => given[key] === undefined)
      .map((key): Fault => ({
        code: 'SPEC_MISSING_KEY',
        path: ['pictures', index],
        at: 'value',
        message: `\`${key}\` is missing: the picture ${String(picture)} is drawn from it`,
        remedy: `add the key \`${key}\``,
      })),
  );
}
