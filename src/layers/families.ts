/** Which settings belong to which family of networks, and which data each family takes. */
import type { InputSpec } from './layer-spec.ts';
import { type LayerFault, type Shape, showShape } from './shape.ts';

type Family = 'mlp' | 'cnn' | 'rnn' | 'transformer' | 'encoder-decoder' | 'layers';

/** Keys that only some families have. */
export const FAMILIES_OF_KEY: Readonly<Record<string, readonly Family[]>> = {
  hidden: ['mlp'],
  filters: ['cnn'],
  kernelSize: ['cnn'],
  dense: ['cnn', 'rnn'],
  cell: ['rnn', 'encoder-decoder'],
  units: ['rnn', 'encoder-decoder'],
  bidirectional: ['rnn'],
  embedding: ['rnn', 'transformer', 'encoder-decoder'],
  blocks: ['transformer', 'encoder-decoder'],
  heads: ['transformer', 'encoder-decoder'],
  feedForward: ['transformer', 'encoder-decoder'],
  positions: ['transformer', 'encoder-decoder'],
  activation: ['mlp', 'cnn', 'rnn', 'transformer', 'encoder-decoder'],
  dropout: ['mlp', 'cnn', 'rnn', 'transformer', 'encoder-decoder'],
  layers: ['layers'],
};

export type FamilyInput = Pick<InputSpec, 'name' | 'shape' | 'vocabulary'>;

export interface FamilyData {
  readonly inputs: readonly FamilyInput[];
  /** Whether the target is a text. */
  readonly isText: boolean;
}

/** @returns why a family cannot take the data; `key` is always `family`. */
export function faultOfFamily(
  family: string,
  { inputs, isText }: FamilyData,
): LayerFault | undefined {
  if (family === 'layers') return undefined;
  if (isText !== (family === 'encoder-decoder')) return faultOfTarget(isText);
  if (isText) return undefined;
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

function faultOfTarget(isText: boolean): LayerFault {
  if (isText) {
    return mismatch(
      'gives one class of a row, but the target is a text',
      'use the family encoder-decoder, or layers',
    );
  }
  return mismatch(
    'writes a text, but the target is a class',
    'give the data set `target: { column, type: text }`',
  );
}

/** Keys of the family encoder-decoder that only some cells have. */
const CELLS_OF_KEY: Readonly<Record<string, readonly string[]>> = {
  units: ['lstm', 'gru'],
  blocks: ['transformer'],
  heads: ['transformer'],
  feedForward: ['transformer'],
  positions: ['transformer'],
};
const CELLS: Readonly<Record<string, readonly string[]>> = {
  rnn: ['simple', 'lstm', 'gru'],
  'encoder-decoder': ['transformer', 'lstm', 'gru'],
};

/**
 * @param keys  those that are given.
 * @returns why a family has no such cell, or a cell no such key.
 */
export function faultOfCell(
  family: string,
  cell: string,
  keys: readonly string[],
): LayerFault | undefined {
  const cells = Object.hasOwn(CELLS, family) ? (CELLS[family] as readonly string[]) : [cell];
  const code = 'ARCHITECTURE_INVALID';
  if (!cells.includes(cell)) {
    const found = `has no cell ${cell}`;
    return { code, found, key: 'cell', remedy: `its cells are ${cells.join(', ')}` };
  }
  if (family !== 'encoder-decoder') return undefined;
  const key = keys.find((name) => CELLS_OF_KEY[name]?.includes(cell) === false);
  if (key === undefined) return undefined;
  const found = `takes "${key}" with the cell ${CELLS_OF_KEY[key]?.join(' or ')}; this one is ${cell}`;
  return { code, found, key, remedy: 'remove it, or change `cell`' };
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
