/** Rules of `transfer`: one way to say how long, and a base that fits the data and has the layers. */
import { suggest } from '../../did-you-mean.ts';
import { matchesGlob } from '../../glob.ts';
import { isJsonObject, type Json } from '../../json.ts';
import type { Fault, Path } from '../../spec/spec.ts';
import { type CheckedStep, literal, producer, type StepCheck } from './checked-step.ts';
import { checkLayersOf } from './check-import.ts';
import { inputsOfDataset } from './dataset-inputs.ts';
import { layerNamesOf } from './layer-names.ts';

export const checkTransfer: StepCheck = (step, stepOf) => [
  ...checkLength(step),
  ...checkShape(step, stepOf),
  ...checkLayers(step, stepOf),
  ...checkLayersOf(step, 'base', stepOf),
];

function checkLength({ given }: CheckedStep): readonly Fault[] {
  const [epochs, stages] = [given['epochs'], given['stages']].map((value) => value !== undefined);
  if (epochs !== stages) return [];
  if (epochs) {
    const message = '`epochs` says nothing beside `stages`, which have their own';
    const remedy = 'remove it';
    return [{ code: 'SPEC_INVALID', path: ['epochs'], at: 'key', message, remedy }];
  }
  const message = '`epochs` or `stages` is missing: one of them says how long to train';
  const remedy = 'add the key `epochs` or `stages`';
  return [{ code: 'SPEC_MISSING_KEY', path: [], at: 'key', message, remedy }];
}

const checkShape: StepCheck = (step, stepOf) => {
  const base = producer(step, 'base', stepOf);
  const [of, on] = [base && producer(base, 'dataset', stepOf), producer(step, 'dataset', stepOf)];
  if (!of || !on) return [];
  const shapes = [of, on].map((dataset) => {
    const inputs = inputsOfDataset(dataset);
    return inputs && inputs.map(({ shape }) => shape);
  });
  const [wanted, found] = shapes;
  if (!wanted || !found) return [];
  const isOther =
    wanted.length !== found.length ||
    wanted.some((shape, at) => differ(shape, found[at] as readonly number[]));
  if (!isOther) return [];
  const show = (all: typeof wanted) => all.map((shape) => `[${shape.join(', ')}]`).join(' and ');
  const message = `the base takes ${show(wanted)}, as step "${of.id}" has it, and step "${on.id}" has ${show(found)}`;
  const remedy = 'read both data sets in the same shape';
  return [{ code: 'SHAPE_MISMATCH', path: ['dataset'], at: 'value', message, remedy }];
};

/** Sizes that are not known yet differ from none. */
function differ(one: readonly number[], other: readonly number[]): boolean {
  if (one.length !== other.length) return true;
  return one.some((size, axis) => {
    const found = other[axis] as number;
    return !Number.isNaN(size) && !Number.isNaN(found) && size !== found;
  });
}

/** Where the base's layers are written out in the file. */
const checkLayers: StepCheck = (step, stepOf) => {
  const base = producer(step, 'base', stepOf);
  const names = base ? layerNamesOf(base, stepOf) : null;
  if (!names) return [];
  const patterns: [Path, Json | undefined][] = [
    ...patternsAt(['freeze'], literal(step, 'freeze')),
    ...listOf(literal(step, 'stages')).flatMap((stage, index) =>
      isJsonObject(stage) ? patternsAt(['stages', index, 'unfreeze'], stage['unfreeze']) : [],
    ),
  ];
  const cut: [Path, Json | undefined][] = [[['cutAt'], literal(step, 'cutAt')]];
  return [...patterns, ...cut].flatMap(([path, pattern]): readonly Fault[] => {
    if (typeof pattern !== 'string') return [];
    const isKnown = names.some((name) =>
      path[0] === 'cutAt' ? name === pattern : matchesGlob(pattern, name),
    );
    if (isKnown) return [];
    const message = `the base has no layer "${pattern}"`;
    const remedy = suggest(pattern, names, 'layers');
    return [{ code: 'SPEC_INVALID', path, at: 'value', message, remedy }];
  });
};

const listOf = (value: Json | undefined): readonly Json[] =>
  Array.isArray(value) ? (value as readonly Json[]) : [];

const patternsAt = (at: Path, value: Json | undefined): [Path, Json][] =>
  listOf(value).map((pattern, index) => [[...at, index], pattern]);
