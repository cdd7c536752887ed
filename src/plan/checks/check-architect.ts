/** Rules of `architect`: keys belong to the family, and layers fit the shape of the data. */
import { isJsonObject, type Json } from '../../json.ts';
import type { Fault } from '../../spec/spec.ts';
import { inputShapeOf } from './check-dataset.ts';
import { type CheckedStep, literal, producer, type StepCheck } from './checked-step.ts';
import { followLayers } from './follow-layers.ts';

/** Keys that only some families have. */
const FAMILIES_OF_KEY: Readonly<Record<string, readonly string[]>> = {
  hidden: ['mlp'],
  filters: ['cnn'],
  kernelSize: ['cnn'],
  dense: ['cnn'],
  activation: ['mlp', 'cnn'],
  dropout: ['mlp', 'cnn'],
  layers: ['layers'],
};

export const checkArchitect: StepCheck = (step, stepOf) => {
  const family = literal(step, 'family');
  if (typeof family !== 'string') return [];
  const dataset = producer(step, 'dataset', stepOf);
  const shape = dataset ? inputShapeOf(dataset) : null;
  return [...checkKeys(step, family), ...checkShapes(step, family, shape)];
};

function checkKeys(step: CheckedStep, family: string): readonly Fault[] {
  const faults = Object.keys(step.given).flatMap((key): readonly Fault[] => {
    const families = FAMILIES_OF_KEY[key];
    if (!families || families.includes(family)) return [];
    const message = `\`${key}\` is for family ${families.join(' or ')}, and this is ${family}`;
    return [
      { code: 'SPEC_INVALID', path: [key], at: 'key', message, remedy: remedyFor(key, family) },
    ];
  });
  if (family !== 'layers' || step.given['layers'] !== undefined) return faults;
  const message = '`layers` is missing: the family `layers` needs them';
  return [
    ...faults,
    { code: 'SPEC_MISSING_KEY', path: [], at: 'key', message, remedy: 'add `layers`' },
  ];
}

function remedyFor(key: string, family: string): string {
  if (family === 'mlp' && (key === 'filters' || key === 'dense')) {
    return 'remove it, or use `hidden` for the units of the hidden layers';
  }
  if (family === 'cnn' && key === 'hidden') {
    return 'remove it, or use `dense` for the units of the dense layers';
  }
  return 'remove it, or change `family`';
}

function checkShapes(
  step: CheckedStep,
  family: string,
  shape: readonly (number | null)[] | null,
): readonly Fault[] {
  if (!shape) return [];
  if (family === 'cnn' && shape.length === 1) {
    return [
      {
        code: 'SHAPE_MISMATCH',
        path: ['family'],
        at: 'value',
        message: 'a cnn wants pictures of shape [height, width, channels], but the data is a table',
        remedy: 'use the family mlp, or declare the features as an image',
      },
    ];
  }
  const layers = literal(step, 'layers');
  if (family !== 'layers' || !Array.isArray(layers)) return [];
  return followLayers((layers as readonly Json[]).filter(isJsonObject), shape);
}
