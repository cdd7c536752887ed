/** Rules of `import`, and of steps that need more of a model than its answers. */
import type { Json } from '../../json.ts';
import { formatOfModel, isAlwaysClosed, type ModelFormat } from '../../layers/model-format.ts';
import type { Fault } from '../../spec/spec.ts';
import { type CheckedStep, literal, producer, type StepCheck } from './checked-step.ts';

type StepOf = Parameters<StepCheck>[1];

/** Settings of formats that have none of our layers. */
const FORMATS_OF_KEY: Readonly<Record<string, readonly ModelFormat[]>> = {
  layout: ['tfjs', 'saved-model', 'onnx'],
  outputName: ['tfjs', 'saved-model', 'onnx'],
  signature: ['saved-model'],
};

export const checkImport: StepCheck = (step) => [...checkKeys(step), ...checkContract(step)];

function checkKeys(step: CheckedStep): readonly Fault[] {
  const format = formatOf(step);
  if (format === null) return [];
  return Object.entries(FORMATS_OF_KEY).flatMap(([key, formats]): readonly Fault[] => {
    if (step.given[key] === undefined || formats.includes(format)) return [];
    const message = `\`${key}\` is for ${formats.join(' or ')}, and this is ${format}`;
    return [{ code: 'SPEC_INVALID', path: [key], at: 'key', message, remedy: 'remove it' }];
  });
}

function checkContract({ given }: CheckedStep): readonly Fault[] {
  if (given['dataset'] !== undefined || given['classes'] !== undefined) return [];
  const message = '`dataset` or `classes` is missing: one of them names the classes';
  const remedy = 'add the key `dataset` or `classes`';
  return [{ code: 'SPEC_MISSING_KEY', path: [], at: 'key', message, remedy }];
}

function formatOf(step: CheckedStep): ModelFormat | null {
  const given = literal(step, 'format');
  if (given !== undefined) return given as ModelFormat;
  return step.holes.has('/format') ? null : formatOfModel(literal(step, 'file'));
}

/** Layers and gradients, which no model of these formats has. */
export function checkLayersOf(step: CheckedStep, key: string, stepOf: StepOf): readonly Fault[] {
  return faultOfClosed(producer(step, key, stepOf), { path: [key], needed: 'layers', stepOf });
}

/** Methods of `fuse` that look into their members. */
const LOOKING_INSIDE: readonly (Json | undefined)[] = ['features', 'weight-average', 'cascade'];

export const checkMembers: StepCheck = (step, stepOf) => {
  if (!LOOKING_INSIDE.includes(literal(step, 'method'))) return [];
  const members = step.given['members'];
  if (!Array.isArray(members)) return [];
  return members.flatMap((_, index) =>
    faultOfClosed(producer(step, `members/${index}`, stepOf), {
      path: ['members', index],
      needed: 'layers',
      stepOf,
    }),
  );
};

interface Need {
  readonly path: Fault['path'];
  readonly needed: 'layers' | 'gradients';
  readonly stepOf: StepOf;
}

/** @returns that the model, if an import says so, has answers alone. */
export function faultOfClosed(
  model: CheckedStep | undefined,
  { path, needed, stepOf }: Need,
): readonly Fault[] {
  if (model?.kind === 'calibrate' && needed === 'gradients') {
    return faultOfClosed(producer(model, 'model', stepOf), { path, needed, stepOf });
  }
  if (model?.kind !== 'import') return [];
  const format = formatOf(model);
  if (!isAlwaysClosed(format)) return [];
  const message = `this needs the model's ${needed}, and step "${model.id}" imports ${format}, which gives answers alone`;
  const remedy =
    needed === 'gradients'
      ? 'use the method kernel-shap'
      : 'import a Keras file or a layers model of TensorFlow.js';
  return [{ code: 'MODEL_UNSUPPORTED', path, at: 'value', message, remedy }];
}
