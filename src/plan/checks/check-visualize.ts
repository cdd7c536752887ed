/** Rules of `visualize`: each picture has what it is drawn from, and can be of that. */
import { isJsonObject, type Json } from '../../json.ts';
import type { FamilyInput } from '../../layers/families.ts';
import type { Fault } from '../../spec/spec.ts';
import { checkLayersOf } from './check-import.ts';
import { checkParts } from './check-parts.ts';
import { type CheckedStep, literal, producer, type StepCheck } from './checked-step.ts';
import { inputsOfDataset } from './dataset-inputs.ts';

type StepOf = Parameters<StepCheck>[1];

const NEEDED_BY_PICTURE: Readonly<Record<string, readonly string[]>> = {
  'learning-curve': ['histories'],
  'confusion-matrix': ['predictions'],
  'roc-curve': ['predictions'],
  'pr-curve': ['predictions'],
  calibration: ['predictions'],
  'attribution-overlay': ['explanations', 'dataset'],
  'decision-path': ['explanations'],
  'decision-boundary': ['model', 'dataset'],
  'first-layer-filters': ['model'],
  'activation-map': ['model', 'dataset'],
  'activation-maximisation': ['model', 'dataset'],
  'attention-map': ['model', 'dataset'],
  'embedding-projection': ['model', 'dataset'],
};

/** Pictures of what is inside a network. */
const OF_LAYERS: readonly string[] = [
  'first-layer-filters',
  'activation-map',
  'activation-maximisation',
  'attention-map',
  'embedding-projection',
];
const OF_PICTURES: readonly string[] = ['first-layer-filters', 'activation-maximisation'];
/** Of rows that `rows` may choose. */
const OF_ROWS: readonly string[] = ['activation-map', 'attention-map'];
const OF_PART: readonly string[] = [
  'decision-boundary',
  'activation-maximisation',
  'embedding-projection',
];

export const checkVisualize: StepCheck = (step, stepOf) => {
  const pictures = listOf(literal(step, 'pictures')).map(String);
  const missing = pictures.flatMap((picture, index) => checkNeeds(step, picture, index));
  if (missing.length > 0) return missing;
  const readsPart = pictures.some(
    (name) =>
      OF_PART.includes(name) || (OF_ROWS.includes(name) && step.given['rows'] === undefined),
  );
  const readsLayers = pictures.some((name) => OF_LAYERS.includes(name));
  return [
    ...(readsPart ? checkParts(step, stepOf) : []),
    ...(readsLayers ? checkLayersOf(step, 'model', stepOf) : []),
    ...pictures.flatMap((picture, index) => checkCan(step, { picture, index }, stepOf)),
  ];
};

const listOf = (value: Json | undefined): readonly Json[] =>
  Array.isArray(value) ? (value as readonly Json[]) : [];

function checkNeeds({ given, value }: CheckedStep, picture: string, index: number): Fault[] {
  const needed = NEEDED_BY_PICTURE[picture] ?? [];
  // Which members a row went through is read off the row.
  const more = picture === 'decision-path' && given['model'] !== undefined ? ['dataset'] : [];
  return [...needed, ...more]
    .filter((key) => given[key] === undefined && value[key] === undefined)
    .map((key) => ({
      code: 'SPEC_MISSING_KEY',
      path: ['pictures', index],
      at: 'value',
      message: `\`${key}\` is missing: the picture ${picture} is drawn from it`,
      remedy: `add the key \`${key}\``,
    }));
}

interface PicturePlace {
  readonly picture: string;
  readonly index: number;
}

function checkCan(step: CheckedStep, place: PicturePlace, stepOf: StepOf): readonly Fault[] {
  const { picture, index } = place;
  const model = producer(step, 'model', stepOf);
  const architect = model && producer(model, 'architecture', stepOf);
  const data =
    producer(step, 'dataset', stepOf) ?? (architect && producer(architect, 'dataset', stepOf));
  const inputs = data ? inputsOfDataset(data) : null;
  const problem =
    problemOfData(picture, inputs) ??
    (OF_LAYERS.includes(picture) ? problemOfFusion(model) : null) ??
    (architect ? problemOfLayers(step, picture, architect) : null);
  if (problem === null) return [];
  return [
    {
      code: problem.code,
      path: ['pictures', index],
      at: 'value',
      message: `the picture ${picture} cannot be drawn: ${problem.why}`,
      remedy: problem.remedy ?? 'leave it out',
    },
  ];
}

interface Problem {
  readonly code: 'SPEC_INVALID' | 'MODEL_UNSUPPORTED';
  readonly why: string;
  readonly remedy?: string;
}

function problemOfData(picture: string, inputs: readonly FamilyInput[] | null): Problem | null {
  if (inputs === null) return null;
  const text = inputs.find(({ vocabulary }) => vocabulary !== undefined);
  if (picture === 'decision-boundary' && text) {
    const why = `the input "${text.name}" is text, and there is nothing between two words`;
    return { code: 'SPEC_INVALID', why };
  }
  const isPicture = inputs.length === 1 && inputs[0]?.shape.length === 3;
  if (!OF_PICTURES.includes(picture) || isPicture) return null;
  return { code: 'MODEL_UNSUPPORTED', why: 'the rows of the data set are no pictures' };
}

/** Methods of `fuse` that make one network. */
const ONE_NETWORK: readonly string[] = ['features', 'weight-average'];

function problemOfFusion(model: CheckedStep | undefined): Problem | null {
  const method = model?.kind === 'fuse' ? literal(model, 'method') : undefined;
  if (typeof method !== 'string' || ONE_NETWORK.includes(method)) return null;
  const why = `it shows the layers of a network, and step "${model?.id}" fuses several`;
  return { code: 'MODEL_UNSUPPORTED', why, remedy: 'give one of the members' };
}

/** Which types of layers a picture is of, and the families that have none of them. */
const LAYERS_OF_PICTURE: Readonly<
  Record<string, { readonly types: readonly string[]; readonly without: readonly string[] }>
> = {
  'attention-map': { types: ['multiHeadAttention'], without: ['mlp', 'cnn', 'rnn'] },
  'activation-map': { types: ['conv2d', 'conv1d'], without: ['mlp', 'rnn', 'transformer'] },
};

function problemOfLayers(
  step: CheckedStep,
  picture: string,
  architect: CheckedStep,
): Problem | null {
  const wanted = LAYERS_OF_PICTURE[picture];
  const isNamed = picture === 'activation-map' && step.given['layer'] !== undefined;
  if (!wanted || isNamed) return null;
  const family = literal(architect, 'family');
  const lacks =
    family === 'layers'
      ? hasNone(literal(architect, 'layers'), wanted.types)
      : wanted.without.some((name) => name === family);
  if (!lacks) return null;
  const what = wanted.types.join(' or ');
  const why = `step "${architect.id}" makes a network without a layer of type ${what}`;
  const remedy =
    picture === 'activation-map' ? 'name a layer with `layer`, or leave it out' : undefined;
  return { code: 'MODEL_UNSUPPORTED', why, ...(remedy !== undefined && { remedy }) };
}

/** Whether it is known that none of the layers is of these types. */
function hasNone(layers: Json | undefined, types: readonly string[]): boolean {
  if (!Array.isArray(layers)) return false;
  return (layers as readonly Json[]).every(
    (layer) =>
      isJsonObject(layer) && typeof layer['type'] === 'string' && !types.includes(layer['type']),
  );
}
