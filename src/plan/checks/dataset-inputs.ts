/** What a data set gives to a network, as far as its declared features tell. */
import { isJsonObject, type Json, type JsonObject } from '../../json.ts';
import type { FamilyInput } from '../../layers/families.ts';
import { type CheckedStep, literal } from './checked-step.ts';

/** As the step `dataset` has it. */
const DEFAULT_TOKENS = 128;
const UNKNOWN = Number.NaN;

/** @returns the inputs, unknown sizes as NaN; `null` where it cannot be told which there are. */
export function inputsOfDataset(dataset: CheckedStep): readonly FamilyInput[] | null {
  const features = literal(dataset, 'features');
  if (!Array.isArray(features)) return null;
  const groups = (features as readonly Json[]).filter(isJsonObject);
  const [only] = groups;
  if (only && groups.length === 1) {
    const input = inputOf(only);
    // One input that is no text has no name of its own.
    if (input && input.vocabulary === undefined) return [{ ...input, name: 'input' }];
    return input?.name === '' ? null : input && [input];
  }
  const inputs = new Map<string, FamilyInput>();
  for (const group of groups) {
    const input = inputOf(group);
    if (!input || input.name === '') return null;
    // Groups of one name stand beside each other in one input.
    inputs.set(input.name, inputs.has(input.name) ? { name: input.name, shape: [UNKNOWN] } : input);
  }
  const all = [...inputs.values()];
  return all.length === 1 ? [{ name: 'input', shape: [UNKNOWN] }] : all;
}

/** @returns the input of a group; its name is empty where it cannot be told. */
function inputOf(group: JsonObject): FamilyInput | null {
  const { type, columns, shape, length } = group;
  const column = Array.isArray(columns) && columns.length === 1 ? (columns[0] as Json) : columns;
  const isOne = typeof column === 'string' && !column.includes('*');
  const given = typeof group['name'] === 'string' ? group['name'] : undefined;
  const name = given ?? (isOne ? column : '');
  switch (type) {
    case 'number':
    case 'category':
    case 'date':
      return { name: given ?? 'table', shape: [UNKNOWN] };
    case 'text': {
      const tokens = typeof length === 'number' ? length : DEFAULT_TOKENS;
      return { name, shape: [tokens], vocabulary: UNKNOWN };
    }
    case 'image':
    case 'sequence':
      return Array.isArray(shape) ? { name, shape: (shape as readonly Json[]).map(Number) } : null;
    default:
      return null;
  }
}
