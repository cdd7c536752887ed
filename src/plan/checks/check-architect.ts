/** Rules of `architect`: keys belong to the family, and layers fit the shape of the data. */
import { isJsonObject, type Json } from '../../json.ts';
import {
  FAMILIES_OF_KEY,
  type FamilyData,
  faultOfCell,
  faultOfFamily,
} from '../../layers/families.ts';
import { faultOfWriting } from '../../layers/fault-of-writing.ts';
import { inferGraph } from '../../layers/infer-graph.ts';
import type { LayerSpec } from '../../layers/layer-spec.ts';
import { completeLayer, readLayer } from '../../layers/read-layer.ts';
import type { LayerFault } from '../../layers/shape.ts';
import type { Fault, Path } from '../../spec/spec.ts';
import { type CheckedStep, literal, producer, type StepCheck } from './checked-step.ts';
import { inputsOfDataset, textTargetOf } from './dataset-inputs.ts';

export const checkArchitect: StepCheck = (step, stepOf) => {
  const family = literal(step, 'family');
  if (typeof family !== 'string') return [];
  const dataset = producer(step, 'dataset', stepOf);
  const inputs = dataset ? inputsOfDataset(dataset) : null;
  const isText = dataset ? textTargetOf(dataset) !== null : false;
  const strays = checkKeys(step, family);
  return [
    ...(strays.length > 0 ? strays : checkCell(step, family)),
    ...(family === 'transformer' || family === 'encoder-decoder' ? checkHeads(step) : []),
    ...(inputs ? checkShapes(step, family, { inputs, isText }) : []),
  ];
};

function checkKeys(step: CheckedStep, family: string): readonly Fault[] {
  const faults = Object.keys(step.given).flatMap((key): readonly Fault[] => {
    const families = FAMILIES_OF_KEY[key];
    if (!families || families.some((known) => known === family)) return [];
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

function checkCell(step: CheckedStep, family: string): readonly Fault[] {
  const isDefault = step.given['cell'] === undefined;
  const cell = isDefault ? (family === 'rnn' ? 'lstm' : 'transformer') : literal(step, 'cell');
  if (typeof cell !== 'string') return [];
  const fault = faultOfCell(family, cell, Object.keys(step.given));
  return fault
    ? [faultAt([fault.key ?? 'cell'], fault, `the family ${family} ${fault.found}`)]
    : [];
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

function checkShapes(step: CheckedStep, family: string, data: FamilyData): readonly Fault[] {
  const fault = faultOfFamily(family, data);
  if (fault) {
    return [faultAt(['family'], fault, `the family ${family} ${fault.found}`)];
  }
  const layers = literal(step, 'layers');
  if (family !== 'layers' || !Array.isArray(layers)) return [];
  return checkLayers(layers as readonly Json[], data);
}

/** The defaults are those of the step. */
function checkHeads(step: CheckedStep): readonly Fault[] {
  const { embedding = 64, heads = 4 } = {
    embedding: literal(step, 'embedding'),
    heads: literal(step, 'heads'),
  };
  if (typeof embedding !== 'number' || typeof heads !== 'number') return [];
  if (embedding % heads === 0) return [];
  const message = `${heads} heads cannot share an embedding of ${embedding} values evenly`;
  const remedy = 'make `embedding` a multiple of `heads`';
  return [{ code: 'ARCHITECTURE_INVALID', path: ['heads'], at: 'value', message, remedy }];
}

/** @returns the first layer that cannot take what comes to it, at its key. */
function checkLayers(given: readonly Json[], { inputs, isText }: FamilyData): readonly Fault[] {
  const layers: LayerSpec[] = [];
  for (const item of given) {
    if (!isJsonObject(item)) return [];
    const read = readLayer(completeLayer(item, { activation: 'relu', vocabulary: Number.NaN }));
    // What breaks the schema has been said already.
    if ('problem' in read) return [];
    layers.push(read.layer);
  }
  const inferred = inferGraph({ inputs, layers });
  const found = 'shapes' in inferred ? isText && faultOfWriting({ inputs, layers }) : inferred;
  if (!found) return [];
  const { fault, index } = found;
  const { type, name } = layers[index] as LayerSpec;
  const key = fault.key !== undefined && isGiven(given[index], fault.key) ? [fault.key] : [];
  const message = `${name === undefined ? '' : `"${name}", `}${type} ${fault.found}`;
  return [faultAt(['layers', index, ...key], fault, message)];
}

function faultAt(path: Path, { code, remedy }: LayerFault, message: string): Fault {
  return { code, path, at: 'value', message, ...(remedy !== undefined && { remedy }) };
}

const isGiven = (layer: Json | undefined, key: string): boolean =>
  isJsonObject(layer) && Object.hasOwn(layer, key);
