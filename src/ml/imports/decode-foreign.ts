/** Checks what a manifest says of a model that was imported. */
import { isArtifactRef } from '../../artifacts/artifact-uri.ts';
import { isJsonObject, type Json, type JsonObject } from '../../json.ts';
import { productOf } from '../../layers/shape.ts';
import {
  CLOSED_FORMATS,
  type ForeignManifest,
  type ForeignReading,
  type ImportRecord,
  type InputContract,
} from '../model.ts';

const FORMATS: readonly unknown[] = ['keras', 'h5', 'layers-model', ...CLOSED_FORMATS];
const MAX_FILES = 10_000;

type Found<T> = { readonly value: T } | { readonly fault: string };

export function decodeForeign(value: JsonObject, input: InputContract): Found<ForeignManifest> {
  const format = CLOSED_FORMATS.find((known) => known === value['format']);
  if (!format) return { fault: `its format is ${JSON.stringify(value['format'])}` };
  const imported = decodeImport(value['imported']);
  if (!imported) return { fault: 'it does not say what it was imported from' };
  const { files, reading } = value;
  if (!Array.isArray(files) || files.length === 0 || files.length > MAX_FILES) {
    return { fault: `it has 1 to ${MAX_FILES} files` };
  }
  if (!files.every(isFile)) return { fault: 'a file has no path or no reference' };
  const read = isJsonObject(reading) && isReading(reading, input) ? reading : null;
  if (!read) return { fault: 'its reading does not fit its input' };
  return {
    value: {
      version: 1,
      type: 'foreign',
      input,
      format,
      reading: read as unknown as ForeignReading,
      files: files,
      imported,
    },
  };
}

/** @returns `null` for what is no such record. */
export function decodeImport(value: Json | undefined): ImportRecord | null {
  if (!isJsonObject(value)) return null;
  const { format, file, fingerprint } = value;
  if (!FORMATS.includes(format) || typeof file !== 'string') return null;
  if (typeof fingerprint !== 'string') return null;
  return { format: format as ImportRecord['format'], file, fingerprint };
}

/** The path becomes one of a file. */
function isFile(file: Json): boolean {
  if (!isJsonObject(file) || !isArtifactRef(file['artifact'])) return false;
  const { path } = file;
  if (typeof path !== 'string' || !/^[\w.@=-]+(\/[\w.@=-]+)*$/.test(path)) return false;
  return !path.split('/').includes('..');
}

function isReading(value: JsonObject, { inputShape, classes }: InputContract): boolean {
  const { output, layout, order, feeds, outputName, signature } = value;
  const isName = (name: Json | undefined) => name === undefined || typeof name === 'string';
  const isOrder =
    Array.isArray(order) &&
    order.length === classes.length &&
    [...(order as number[])].sort((a, b) => a - b).every((place, at) => place === at);
  return (
    (output === 'probabilities' || output === 'logits') &&
    (layout === 'channels-last' || layout === 'channels-first') &&
    isOrder &&
    Array.isArray(feeds) &&
    feeds.length > 0 &&
    feeds.every((feed: Json) => isFeed(feed, productOf(inputShape))) &&
    isName(outputName) &&
    isName(signature)
  );
}

function isFeed(feed: Json, width: number): boolean {
  if (!isJsonObject(feed)) return false;
  const { name, offset, shape } = feed;
  const isSize = (size: Json): boolean => Number.isSafeInteger(size) && (size as number) > 0;
  if (typeof name !== 'string' || !Array.isArray(shape) || !shape.every(isSize)) return false;
  if (!Number.isSafeInteger(offset) || (offset as number) < 0) return false;
  return (offset as number) + productOf(shape as readonly number[]) <= width;
}
