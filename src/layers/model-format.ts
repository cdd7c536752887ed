/** Which framework's format a model's file has, by its name. */
import type { Json } from '../json.ts';

export type ModelFormat = 'keras' | 'h5' | 'tfjs' | 'saved-model' | 'onnx';

const ENDINGS: readonly (readonly [RegExp, ModelFormat])[] = [
  [/\.keras$/i, 'keras'],
  [/\.(h5|hdf5)$/i, 'h5'],
  [/\.json$/i, 'tfjs'],
  [/\.onnx$/i, 'onnx'],
];

/** A name of any other ending is a folder's; `null` for what is no name. */
export function formatOfModel(file: Json | undefined): ModelFormat | null {
  if (typeof file !== 'string') return null;
  return ENDINGS.find(([ending]) => ending.test(file))?.[1] ?? 'saved-model';
}

/** Formats that have none of our layers, whatever the file holds. */
export const isAlwaysClosed = (format: ModelFormat | null): boolean =>
  format === 'saved-model' || format === 'onnx';
