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

const ONLY_OF_DATASET = ['part', 'flag'];
const ONLY_OF_FILE = ['format', 'onError'];

/** Either a part of a data set or a file, and the keys of the one alone. */
export function checkPredict({ given }: CheckedStep): readonly Fault[] {
  const [dataset, file] = [given['dataset'], given['file']].map((value) => value !== undefined);
  if (!dataset && !file) {
    const message = '`dataset` or `file` is missing: one of them is predicted';
    const remedy = 'add the key `dataset` or `file`';
    return [{ code: 'SPEC_MISSING_KEY', path: [], at: 'key', message, remedy }];
  }
  const strays = dataset ? ['file', ...ONLY_OF_FILE] : ONLY_OF_DATASET;
  return strays
    .filter((key) => given[key] !== undefined)
    .map((key): Fault => ({
      code: 'SPEC_INVALID',
      path: [key],
      at: 'key',
      message: `\`${key}\` is not for predicting ${dataset ? 'a data set' : 'a file'}`,
      remedy: key === 'file' ? 'give `dataset` or `file`, not both' : 'remove it',
    }));
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
