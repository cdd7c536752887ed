/** Which settings belong to which family of networks, and which data each family takes. */
import type { InputSpec } from './layer-spec.ts';
import { type LayerFault, type Shape, showShape } from './shape.ts';

type Family = 'mlp' | 'cnn' | 'rnn' | 'transformer' | 'layers';

/** Keys that only some families have. */
export const FAMILIES_OF_KEY: Readonly<Record<string, readonly Family[]>> = {
  hidden: ['mlp'],
  filters: ['cnn'],
  kernelSize: ['cnn'],
  dense: ['cnn', 'rnn'],
  cell: ['rnn'],
  units: ['rnn'],
  bidirectional: ['rnn'],
  embedding: ['rnn', 'transformer'],
  blocks: ['transformer'],
  heads: ['transformer'],
  feedForward: ['transformer'],
  positions: ['transformer'],
  activation: ['mlp', 'cnn', 'rnn', 'transformer'],
  dropout: ['mlp', 'cnn', 'rnn', 'transformer'],
  layers: ['layers'],
};

export type FamilyInput = Pick<InputSpec, 'name' | 'shape' | 'vocabulary'>;

/** @returns why a family cannot take the data; `key` is always `family`. */
export function faultOfFamily(
  family: string,
  inputs: readonly FamilyInput[],
): LayerFault | undefined {
  if (family === 'layers') return undefined;
  const tokens = inputs.find((input) => input.vocabulary !== undefined);
  if (family === 'mlp') {
    if (!tokens) return undefined;
    return mismatch(
      `takes numbers, but the input "${tokens.name}" is text`,
      'use the family rnn or transformer; with several inputs, the family layers',
    );
  }
  const [only] = inputs as [FamilyInput];
  if (inputs.length > 1) {
    const names = inputs.map(({ name }) => name).join(', ');
    return mismatch(`takes one input, but the data has ${names}`, 'use the family layers');
  }
  return family === 'cnn' ? faultOfPictures(only) : faultOfSequences(family, only);
}

function faultOfPictures({ shape, vocabulary }: FamilyInput): LayerFault | undefined {
  if (shape.length === 3) return undefined;
  return mismatch(
    `takes pictures, [height, width, channels], but the data is ${describe(shape, vocabulary)}`,
    'use the family mlp, or declare the features as an image',
  );
}

function faultOfSequences(
  family: string,
  { shape, vocabulary }: FamilyInput,
): LayerFault | undefined {
  const rank = vocabulary === undefined ? 2 : 1;
  if (shape.length === rank) return undefined;
  return mismatch(
    `takes text or sequences, [steps, features], but the data is ${describe(shape, vocabulary)}`,
    `use the family mlp or cnn, or declare the features as text or as a sequence for the ${family}`,
  );
}

function describe(shape: Shape, vocabulary: number | undefined): string {
  if (vocabulary !== undefined) return `text of ${showShape(shape)} tokens`;
  return `${shape.length === 1 ? 'a table of' : 'of shape'} ${showShape(shape)}`;
}

const mismatch = (found: string, remedy: string): LayerFault => ({
  code: 'SHAPE_MISMATCH',
  found,
  key: 'family',
  remedy,
});
