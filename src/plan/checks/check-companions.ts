/** Keys that need one another. */
import type { Json } from '../../json.ts';
import type { Fault } from '../../spec/spec.ts';
import { type CheckedStep, literal } from './checked-step.ts';

const listOf = (value: Json | undefined): readonly Json[] | null =>
  Array.isArray(value) ? (value as readonly Json[]) : null;

/** Which methods have a key; those that are not here are of every method. */
const METHODS_OF_KEY: Readonly<Record<string, readonly string[]>> = {
  weights: ['weighted-average', 'weight-average'],
  thresholds: ['cascade'],
  maxDrop: ['cascade'],
  folds: ['stacking', 'chain'],
  penalty: ['stacking'],
  passLayer: ['chain'],
  head: ['features', 'chain'],
  training: ['stacking', 'features', 'chain'],
};

/** Keys belong to the method, and there is one number for each member that takes one. */
export function checkFuse(step: CheckedStep): readonly Fault[] {
  const method = literal(step, 'method');
  if (typeof method !== 'string') return [];
  const strays = Object.keys(step.given).flatMap((key): readonly Fault[] => {
    const methods = METHODS_OF_KEY[key];
    if (!methods || methods.includes(method)) return [];
    const message = `\`${key}\` is for the method ${methods.join(' or ')}, and this is ${method}`;
    const remedy = 'remove it, or change `method`';
    return [{ code: 'SPEC_INVALID', path: [key], at: 'key', message, remedy }];
  });
  if (strays.length > 0) return strays;
  const needsTraining = METHODS_OF_KEY['training']?.includes(method) === true;
  if (needsTraining && step.given['training'] === undefined) {
    const message = `\`training\` is missing: the method ${method} trains`;
    const remedy = 'add the key `training`';
    return [{ code: 'SPEC_MISSING_KEY', path: [], at: 'key', message, remedy }];
  }
  if (method === 'chain') return checkChain(step);
  return [...checkCount(step, 'weights', 0), ...checkCount(step, 'thresholds', 1)];
}

function checkChain({ given }: CheckedStep): readonly Fault[] {
  const members = listOf(given['members']);
  if (members && members.length !== 2) {
    const message = `a chain has 2 members, and these are ${members.length}`;
    const remedy = 'chain two, and make the chain the first member of another';
    return [{ code: 'SPEC_INVALID', path: ['members'], at: 'value', message, remedy }];
  }
  if (given['passLayer'] === undefined || given['folds'] === undefined) return [];
  const message = '`folds` says nothing beside `passLayer`: features are learned by halves';
  return [{ code: 'SPEC_INVALID', path: ['folds'], at: 'key', message, remedy: 'remove it' }];
}

/** @param without  members at the end that take no number. */
function checkCount({ given }: CheckedStep, key: string, without: number): readonly Fault[] {
  const [members, numbers] = [listOf(given['members']), listOf(given[key])];
  if (!members || !numbers || members.length - without === numbers.length) return [];
  const message = `\`${key}\` has ${numbers.length} numbers for ${members.length} members`;
  const remedy = without === 0 ? 'give one for each member' : 'give one for each but the last';
  return [{ code: 'SPEC_INVALID', path: [key], at: 'value', message, remedy }];
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
