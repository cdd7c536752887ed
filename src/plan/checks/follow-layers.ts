/** Follows the shape of one row through declared layers, as far as it is known. */
import type { JsonObject } from '../../json.ts';
import type { Fault } from '../../spec/spec.ts';

/** Without the batch axis; `null` where a size is not known. */
type Shape = readonly (number | null)[];

type Next = { readonly shape: Shape } | { readonly message: string; readonly key?: string };

/** @returns the first layer that cannot take what comes to it: `SHAPE_MISMATCH`. */
export function followLayers(layers: readonly JsonObject[], input: Shape): readonly Fault[] {
  let shape = input;
  for (const [index, layer] of layers.entries()) {
    const next = apply(layer, shape);
    if ('message' in next) {
      const path = next.key === undefined ? ['layers', index] : ['layers', index, next.key];
      return [{ code: 'SHAPE_MISMATCH', path, at: 'value', message: next.message }];
    }
    shape = next.shape;
  }
  return [];
}

const show = (shape: Shape): string => `[${shape.map((size) => size ?? '?').join(', ')}]`;
const sizeOf = (layer: JsonObject, key: string, fallback: number): number =>
  typeof layer[key] === 'number' ? layer[key] : fallback;

function apply(layer: JsonObject, shape: Shape): Next {
  const type = String(layer['type']);
  switch (type) {
    case 'conv2d':
      return convolve(layer, shape);
    case 'maxPooling2d':
    case 'averagePooling2d':
      return pool(layer, shape);
    case 'globalAveragePooling2d':
      return isPicture(shape) ? { shape: [shape[2] ?? null] } : wantsPicture(type, shape);
    case 'flatten':
      return { shape: [shape.reduce<number | null>(times, 1)] };
    case 'dense':
      return { shape: [...shape.slice(0, -1), sizeOf(layer, 'units', 1)] };
    default:
      return { shape };
  }
}

const times = (product: number | null, size: number | null): number | null =>
  product === null || size === null ? null : product * size;

const isPicture = (shape: Shape): boolean => shape.length === 3;

const wantsPicture = (type: string, shape: Shape): Next => ({
  key: 'type',
  message: `${type} wants [height, width, channels], but what comes to it is ${show(shape)}`,
});

/** `valid`: ⌊(size − kernel) / stride⌋ + 1; `same`: ⌈size / stride⌉. */
function convolve(layer: JsonObject, shape: Shape): Next {
  if (!isPicture(shape)) return wantsPicture('conv2d', shape);
  const kernel = sizeOf(layer, 'kernelSize', 3);
  const stride = sizeOf(layer, 'strides', 1);
  const isValid = layer['padding'] === 'valid';
  const sides = shape.slice(0, 2).map((size) => {
    if (size === null) return null;
    return isValid ? Math.floor((size - kernel) / stride) + 1 : Math.ceil(size / stride);
  });
  if (sides.some((side) => side !== null && side < 1)) {
    return {
      message: `a kernel of ${kernel}×${kernel} is larger than the picture, ${show(shape)}`,
    };
  }
  return { shape: [...sides, sizeOf(layer, 'filters', 1)] };
}

/** Windows side by side, the rest dropped: ⌊size / window⌋. */
function pool(layer: JsonObject, shape: Shape): Next {
  if (!isPicture(shape)) return wantsPicture(String(layer['type']), shape);
  const window = sizeOf(layer, 'poolSize', 2);
  const sides = shape.slice(0, 2).map((size) => (size === null ? null : Math.floor(size / window)));
  if (sides.some((side) => side !== null && side < 1)) {
    return {
      message: `a window of ${window}×${window} is larger than the picture, ${show(shape)}`,
    };
  }
  return { shape: [...sides, shape[2] ?? null] };
}
