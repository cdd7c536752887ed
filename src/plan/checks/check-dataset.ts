/** Rules of `dataset`: the split sums to 1, and pictures have a shape that their columns fill. */
import { isJsonObject, type Json, type JsonObject } from '../../json.ts';
import type { Fault } from '../../spec/spec.ts';
import { type CheckedStep, literal } from './checked-step.ts';

/** Far below what a person writes, far above what adding three fractions loses. */
const SUM_TOLERANCE = 1e-9;

export function checkDataset(step: CheckedStep): readonly Fault[] {
  const features = literal(step, 'features');
  const groups = Array.isArray(features) ? (features as readonly Json[]) : [];
  return [
    ...checkSplit(step),
    ...groups.flatMap((group, index) => (isJsonObject(group) ? checkGroup(group, index) : [])),
  ];
}

function checkSplit(step: CheckedStep): readonly Fault[] {
  const parts = ['train', 'validation', 'test'].map((part) => literal(step, 'split', part));
  if (!parts.every((part) => typeof part === 'number')) return [];
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

function checkGroup(group: JsonObject, index: number): readonly Fault[] {
  const { type, columns, shape } = group;
  const path = ['features', index];
  if (type !== 'image') {
    return ['shape', 'range'].flatMap((key) =>
      group[key] === undefined
        ? []
        : [
            {
              code: 'SPEC_INVALID',
              path: [...path, key],
              at: 'key',
              message: `\`${key}\` is for images, and this is a ${String(type)}`,
              remedy: 'remove it, or make it `type: image`',
            },
          ],
    );
  }
  if (!Array.isArray(shape)) {
    const message = `\`features[${index}].shape\` is missing: an image needs its shape`;
    const remedy = 'add `shape: [height, width, channels]`';
    return [{ code: 'SPEC_MISSING_KEY', path, at: 'key', message, remedy }];
  }
  return checkShape(shape as readonly Json[], columns, index);
}

function checkShape(
  shape: readonly Json[],
  columns: Json | undefined,
  index: number,
): readonly Fault[] {
  const names = typeof columns === 'string' ? [columns] : columns;
  if (!Array.isArray(names) || names.some((name) => String(name).includes('*'))) return [];
  const pixels = shape.reduce<number>((product, side) => product * Number(side), 1);
  if (pixels === names.length) return [];
  return [
    {
      code: 'SHAPE_MISMATCH',
      path: ['features', index, 'shape'],
      at: 'value',
      message: `an image of ${shape.join('×')} has ${pixels} values, but \`columns\` names ${names.length}`,
    },
  ];
}
