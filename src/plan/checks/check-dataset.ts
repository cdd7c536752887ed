/** Rules of `dataset`: the split sums to 1, and keys belong to the format and the type they stand at. */
import { isJsonObject, type Json, type JsonObject } from '../../json.ts';
import type { Fault } from '../../spec/spec.ts';
import { checkSource, hasPictures } from './check-source.ts';
import { type CheckedStep, literal } from './checked-step.ts';
import { declaredInputs, textTargetOf } from './dataset-inputs.ts';

/** Far below what a person writes, far above what adding three fractions loses. */
const SUM_TOLERANCE = 1e-9;

/** Keys that only some types of features have. */
const TYPES_OF_KEY: Readonly<Record<string, readonly string[]>> = {
  shape: ['image', 'sequence'],
  range: ['image'],
  from: ['image'],
  fit: ['image'],
  parts: ['date'],
  dateFormat: ['date'],
  tokenizer: ['text'],
  length: ['text'],
  vocabulary: ['text'],
  minCount: ['text'],
  lowercase: ['text'],
  marks: ['text'],
};

export function checkDataset(step: CheckedStep): readonly Fault[] {
  const features = literal(step, 'features');
  const groups = Array.isArray(features) ? (features as readonly Json[]) : [];
  return [
    ...checkSource(step),
    ...checkSplit(step),
    ...checkInputs(step),
    ...checkTextTarget(step),
    ...groups.flatMap((group, index) =>
      isJsonObject(group) ? checkGroup(group, index, hasPictures(step)) : [],
    ),
  ];
}

/** Inputs are known by their names to layers and readers. */
function checkInputs(step: CheckedStep): readonly Fault[] {
  const inputs = declaredInputs(step) ?? [];
  const names = inputs.map(({ name }) => name);
  const index = names.findIndex((name, at) => name !== '' && names.indexOf(name) !== at);
  const repeated = inputs[index];
  if (!repeated) return [];
  const message = `two inputs would be called ${JSON.stringify(repeated.name)}`;
  const remedy = 'give the groups of features a `name` each, and each text column its own group';
  const path = ['features', repeated.group];
  return [{ code: 'SPEC_INVALID', path, at: 'value', message, remedy }];
}

/** A target that is a text is written by a model that reads one text. */
function checkTextTarget(step: CheckedStep): readonly Fault[] {
  const inputs = textTargetOf(step) ? declaredInputs(step) : null;
  if (!inputs) return [];
  const [first, second] = inputs;
  const stray = inputs.find(({ vocabulary }) => vocabulary === undefined) ?? second;
  if (!first || !stray) return [];
  const path = ['features', stray.group];
  const message = 'a target of type text needs one column of text as its features';
  const remedy = 'keep one group of type text, with one column';
  return [{ code: 'SPEC_INVALID', path, at: 'value', message, remedy }];
}

function checkSplit(step: CheckedStep): readonly Fault[] {
  const columns = ['group', 'by', 'column'].filter(
    (key) => literal(step, 'split', key) !== undefined,
  );
  const [first, second] = columns;
  if (first !== undefined && second !== undefined) {
    const message = `\`split\` has both \`${first}\` and \`${second}\``;
    const remedy = 'keep the one that divides the rows';
    return [{ code: 'SPEC_INVALID', path: ['split', second], at: 'key', message, remedy }];
  }
  const parts = ['train', 'validation', 'test'].map((part) => literal(step, 'split', part));
  // A column that names the parts gives them their rows.
  if (first === 'column' || !parts.every((part) => typeof part === 'number')) return [];
  const sum = parts.reduce((total, part) => total + part, 0);
  if (Math.abs(sum - 1) <= SUM_TOLERANCE) return [];
  const [train, validation, test] = parts;
  return [
    {
      code: 'SPEC_INVALID',
      path: ['split'],
      at: 'key',
      message: `the shares of \`split\` sum to ${Number(sum.toFixed(9))}, not 1`,
      remedy: `they are train ${train}, validation ${validation}, test ${test}, defaults included`,
    },
  ];
}

function checkGroup(group: JsonObject, index: number, picturesInSource: boolean): readonly Fault[] {
  const stray = checkKeys(group, index);
  if (stray.length > 0) return stray;
  const { type, columns, shape, from } = group;
  const isPicture = from === 'files' || picturesInSource;
  if (type === 'image' && !Array.isArray(shape) && !isPicture) {
    const path = ['features', index];
    const message = `\`features[${index}].shape\` is missing: an image needs its shape`;
    const remedy = 'add `shape: [height, width, channels]`';
    return [{ code: 'SPEC_MISSING_KEY', path, at: 'key', message, remedy }];
  }
  if (!Array.isArray(shape)) return [];
  const sizes = shape as readonly Json[];
  return [
    ...checkAxes(String(type), sizes, index),
    ...(type === 'image' && !isPicture ? checkShape(sizes, columns, index) : []),
  ];
}

function checkKeys(group: JsonObject, index: number): readonly Fault[] {
  const type = String(group['type']);
  return Object.keys(group).flatMap((key): readonly Fault[] => {
    const types = Object.hasOwn(TYPES_OF_KEY, key) ? TYPES_OF_KEY[key] : undefined;
    if (!types || types.includes(type)) return [];
    return [
      {
        code: 'SPEC_INVALID',
        path: ['features', index, key],
        at: 'key',
        message: `\`${key}\` is for features of type ${types.join(' or ')}, and this is a ${type}`,
        remedy: 'remove it, or change `type`',
      },
    ];
  });
}

function checkAxes(type: string, shape: readonly Json[], index: number): readonly Fault[] {
  const isGood = type === 'image' ? shape.length === 3 : shape.length <= 2;
  if (isGood) return [];
  const wanted = type === 'image' ? '[height, width, channels]' : '[steps, features]';
  const message = `the shape of features of type ${type} is ${wanted}`;
  return [{ code: 'SPEC_INVALID', path: ['features', index, 'shape'], at: 'value', message }];
}

function checkShape(
  shape: readonly Json[],
  columns: Json | undefined,
  index: number,
): readonly Fault[] {
  const names = typeof columns === 'string' ? [columns] : columns;
  if (!Array.isArray(names) || names.some((name) => /[*?]/.test(String(name)))) return [];
  const pixels = shape.reduce<number>((product, side) => product * Number(side), 1);
  if (pixels === names.length || shape.length !== 3) return [];
  return [
    {
      code: 'SHAPE_MISMATCH',
      path: ['features', index, 'shape'],
      at: 'value',
      message: `an image of ${shape.join('×')} has ${pixels} values, but \`columns\` names ${names.length}`,
    },
  ];
}
