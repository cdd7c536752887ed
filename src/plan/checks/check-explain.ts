/** Rules of `explain`: what a method can explain, what it needs of the model, and whose a key is. */
import { suggest } from '../../did-you-mean.ts';
import { needsGradients, refusalOf } from '../../explain-methods.ts';
import { isJsonObject, type Json } from '../../json.ts';
import type { Fault } from '../../spec/spec.ts';
import { type CheckedStep, literal, producer, type StepCheck } from './checked-step.ts';
import { faultOfClosed } from './check-import.ts';
import { columnsOfDataset, inputsOfDataset } from './dataset-inputs.ts';
import { layerNamesOf } from './layer-names.ts';

/** Which methods have a key; those that are not here are of several, or of none known yet. */
const METHODS_OF_KEY: Readonly<Record<string, readonly string[]>> = {
  noise: ['smoothgrad'],
  signs: ['saliency', 'smoothgrad', 'grad-cam'],
  layer: ['grad-cam'],
  window: ['occlusion'],
  stride: ['occlusion'],
  fill: ['occlusion'],
  targetClass: ['counterfactual'],
  targetProbability: ['counterfactual'],
  actionable: ['counterfactual'],
  precision: ['anchors'],
};

const SIGNS_OF_METHOD: Readonly<Record<string, readonly string[]>> = {
  saliency: ['absolute', 'signed'],
  smoothgrad: ['absolute', 'signed'],
  'grad-cam': ['positive', 'signed'],
};

const ADAPTIVE = ['kernel-shap', 'permutation-shap', 'lime'];

export const checkExplain: StepCheck = (step, stepOf) => {
  const method = literal(step, 'method');
  if (typeof method !== 'string') return [];
  return [
    ...checkKeys(step, method),
    ...checkSigns(step, method),
    ...checkWindow(step),
    ...faultsOfAdaptive(step),
    ...checkInputs(step, method, stepOf),
    ...(needsGradients(method)
      ? faultOfClosed(producer(step, 'model', stepOf), {
          path: ['model'],
          needed: 'gradients',
          stepOf,
        })
      : []),
    ...checkActionable(step, stepOf),
    ...(method === 'grad-cam' ? checkConvolution(step, stepOf) : []),
  ];
};

function checkKeys({ given }: CheckedStep, method: string): readonly Fault[] {
  return Object.keys(given).flatMap((key): readonly Fault[] => {
    const methods = METHODS_OF_KEY[key];
    if (!methods || methods.includes(method)) return [];
    const message = `\`${key}\` is for the method ${methods.join(' or ')}, and this is ${method}`;
    const remedy = 'remove it, or change `method`';
    return [{ code: 'SPEC_INVALID', path: [key], at: 'key', message, remedy }];
  });
}

function checkSigns(step: CheckedStep, method: string): readonly Fault[] {
  const signs = literal(step, 'signs');
  const allowed = SIGNS_OF_METHOD[method];
  if (typeof signs !== 'string' || !allowed || allowed.includes(signs)) return [];
  const message = `the signs of ${method} are ${allowed.join(' or ')}, not ${signs}`;
  const remedy = `use ${allowed.join(' or ')}`;
  return [{ code: 'SPEC_INVALID', path: ['signs'], at: 'value', message, remedy }];
}

function checkWindow(step: CheckedStep): readonly Fault[] {
  const [window, stride] = [literal(step, 'window'), literal(step, 'stride')];
  if (typeof window !== 'number' || typeof stride !== 'number' || stride <= window) return [];
  const message = `windows of ${window} pixels every ${stride} leave pixels between them`;
  const remedy = 'make `stride` at most `window`';
  return [{ code: 'SPEC_INVALID', path: ['stride'], at: 'value', message, remedy }];
}

function checkInputs(
  step: CheckedStep,
  method: string,
  stepOf: Parameters<StepCheck>[1],
): readonly Fault[] {
  const dataset = producer(step, 'dataset', stepOf);
  const inputs = dataset ? inputsOfDataset(dataset) : null;
  const refusal = inputs && refusalOf(method, inputs);
  return refusal ? [{ code: 'SPEC_INVALID', path: ['method'], at: 'value', ...refusal }] : [];
}

/** Columns, where the data set names them one by one. */
const checkActionable: StepCheck = (step, stepOf) => {
  const actionable = literal(step, 'actionable');
  const dataset = producer(step, 'dataset', stepOf);
  const columns = dataset ? columnsOfDataset(dataset) : null;
  if (actionable === undefined || !isJsonObject(actionable)) return [];
  return Object.entries(actionable).flatMap(([name, allowed]): readonly Fault[] => {
    if (columns && !columns.includes(name)) {
      const message = `the model reads no column "${name}"`;
      const remedy = suggest(name, columns, 'columns');
      return [{ code: 'SPEC_INVALID', path: ['actionable', name], at: 'key', message, remedy }];
    }
    const { min, max } = isJsonObject(allowed) ? allowed : {};
    if (typeof min !== 'number' || typeof max !== 'number' || min <= max) return [];
    const message = `\`min\` ${min} is above \`max\` ${max}`;
    const remedy = 'swap them';
    const path = ['actionable', name, 'min'];
    return [{ code: 'SPEC_INVALID', path, at: 'value', message, remedy }];
  });
};

/** Families without a convolution over places. */
const WITHOUT_CONVOLUTION = ['mlp', 'rnn', 'transformer', 'encoder-decoder'];

/** Where the file says of what layers the model is. */
const checkConvolution: StepCheck = (step, stepOf) => {
  const model = producer(step, 'model', stepOf);
  const architect = model && producer(model, 'architecture', stepOf);
  if (!architect) return [];
  const layer = literal(step, 'layer');
  if (typeof layer === 'string') return checkLayer(layer, layerNamesOf(model, stepOf));
  if (hasConvolution(architect)) return [];
  const message = `grad-cam looks at a convolution, and the network of step "${architect.id}" has none`;
  const remedy = 'use the method integrated-gradients';
  return [{ code: 'SPEC_INVALID', path: ['method'], at: 'value', message, remedy }];
};

/** @returns true where it cannot be told. */
function hasConvolution(architect: CheckedStep): boolean {
  const [family, layers] = [literal(architect, 'family'), literal(architect, 'layers')];
  if (family !== 'layers') return !WITHOUT_CONVOLUTION.includes(String(family));
  if (!Array.isArray(layers)) return true;
  return layers.some((layer: Json) => isJsonObject(layer) && layer['type'] === 'conv2d');
}

function checkLayer(layer: string, names: readonly string[] | null): readonly Fault[] {
  if (!names || names.includes(layer)) return [];
  const message = `the network has no layer "${layer}"`;
  const remedy = suggest(layer, names, 'layers');
  return [{ code: 'SPEC_INVALID', path: ['layer'], at: 'value', message, remedy }];
}

const faultOfMethod = (message: string, remedy: string): Fault => ({
  ...{ code: 'SPEC_INVALID', path: ['method'], at: 'value', message, remedy },
});

function faultsOfAdaptive(step: CheckedStep): readonly Fault[] {
  if (step.given['adaptive'] === undefined) return [];
  const method = literal(step, 'method');
  if (typeof method === 'string' && !ADAPTIVE.includes(method)) {
    return [
      faultOfMethod(
        `${method} does not stop by itself; "adaptive" is for ${ADAPTIVE.join(', ')}`,
        'name one of these methods, or leave `adaptive` out',
      ),
    ];
  }
  if (step.given['samples'] === undefined) return [];
  return [
    {
      ...{ code: 'SPEC_INVALID', path: ['samples'], at: 'key' },
      message: '"samples" says how many, and "adaptive" until when',
      remedy: 'leave one of them out; the bound of `adaptive` is its `maxSamples`',
    },
  ];
}
