/** A kept result as a file, and back; nothing in a file is believed before it is checked. */
import { sha256Hex } from '../../artifacts/artifact-uri.ts';
import { canonicalJson, isJsonObject, type Json, type JsonObject } from '../../json.ts';
import { keyOf, type KeyParts } from './cache-key.ts';

/** Who made a result. */
export interface CacheOrigin {
  /** Id of the run. */
  readonly run: string;
  readonly pipeline: string;
  /** Id of the step's instance. */
  readonly step: string;
  /** Milliseconds since 1970, when it was kept. */
  readonly atMs: number;
}

export interface CacheEntry {
  readonly parts: KeyParts;
  readonly outputs: JsonObject;
  readonly madeBy: CacheOrigin;
}

const ENTRY_VERSION = 1;

/** The text of an entry's file; its digest finds a torn or altered one. */
export function encodeEntry(entry: CacheEntry): string {
  const { parts, outputs, madeBy } = entry;
  const body = {
    version: ENTRY_VERSION,
    key: keyOf(parts),
    parts,
    outputs,
    madeBy,
  } as unknown as JsonObject;
  return `${JSON.stringify({ ...body, digest: sha256Hex(canonicalJson(body)) }, null, 2)}\n`;
}

/**
 * @param key  that the file is named for.
 * @returns what is wrong with the text, where it is no whole entry of that key.
 */
export function decodeEntry(text: string, key: string): CacheEntry | string {
  const value = parse(text);
  if (!isJsonObject(value)) return 'it is no JSON object';
  const { digest, ...body } = value;
  if (body['version'] !== ENTRY_VERSION) return 'it is of another version of modelwright';
  if (digest !== sha256Hex(canonicalJson(body))) return 'it was changed, or is torn';
  const { parts, outputs, madeBy } = body;
  if (!isKeyParts(parts) || !isJsonObject(outputs) || !isOrigin(madeBy)) return 'it lacks parts';
  if (body['key'] !== key || keyOf(parts) !== key) return 'it is of another key';
  return { parts, outputs, madeBy };
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    // A torn file is told by the caller, like any other that is no entry.
    return undefined;
  }
}

function isKeyParts(value: Json | undefined): value is JsonObject & KeyParts {
  if (!isJsonObject(value)) return false;
  const { kind, code, packages, platform, with: input, files, backend } = value;
  return (
    [kind, code, platform].every((part) => typeof part === 'string') &&
    [packages, files].every(isTextMap) &&
    isJsonObject(input) &&
    (backend === null || typeof backend === 'string')
  );
}

function isOrigin(value: Json | undefined): value is JsonObject & CacheOrigin {
  if (!isJsonObject(value)) return false;
  const { run, pipeline, step, atMs } = value;
  return [run, pipeline, step].every((part) => typeof part === 'string') && Number.isFinite(atMs);
}

function isTextMap(value: Json | undefined): boolean {
  return isJsonObject(value) && Object.values(value).every((text) => typeof text === 'string');
}
