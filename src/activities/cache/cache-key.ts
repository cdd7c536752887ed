/**
 * What a result depends on, and the digest that it is kept under.
 *
 * Everything that can change a result is in, and each part says why:
 *
 * - `kind`: which function it is a result of.
 * - `code`: that function may be mended. A digest of its modules, not a number raised by hand.
 * - `packages`: so may the packages that it stands on.
 * - `platform`: the system, the processor's family and V8, whose `Math.exp` changes with versions.
 * - `with`: what it was told, with defaults filled in, so that writing a default out is no change,
 *   and a default of a newer schema is one. Artifacts are their digests, wherever they lie.
 * - `files`: digests of the files that it reads by name, since the same name may hold other bytes.
 * - `backend`: kernels, threads and instruction sets decide the last bits of tensors.
 *
 * Never in: run, step, pipeline, times, retries, timeouts, commit (the bytes read count, not where
 * they came from).
 */
import { sha256Hex, isArtifactRef } from '../../artifacts/artifact-uri.ts';
import { canonicalJson, isJsonObject, type Json, type JsonObject } from '../../json.ts';
import type { PackageVersions } from './package-versions.ts';

/** As kept beside a result, readable for people, and for telling why another key differs. */
export interface KeyParts {
  readonly kind: string;
  /** SHA-256, hex. */
  readonly code: string;
  readonly packages: PackageVersions;
  /** `linux x64, v8 11.3.244.8-node.23`. */
  readonly platform: string;
  readonly with: JsonObject;
  /** SHA-256 by path as the pipeline names it. */
  readonly files: { readonly [path: string]: string };
  /** `null` for kinds that compute no tensors. */
  readonly backend: string | null;
}

/** Changes if the meaning of a part does. */
const KEY_VERSION = 1;

export const PLATFORM = `${process.platform} ${process.arch}, v8 ${process.versions.v8}`;

/** @returns SHA-256, hex, over the canonical JSON of all parts. */
export function keyOf(parts: KeyParts): string {
  return sha256Hex(canonicalJson({ version: KEY_VERSION, ...parts }));
}

/**
 * @param input  `with` of the step, decoded against its schema.
 * @param irrelevant  keys at its top that change nothing in the result.
 */
export function reduceInput(input: JsonObject, irrelevant: readonly string[] = []): JsonObject {
  const relevant = Object.entries(input).filter(
    ([key, value]) => !irrelevant.includes(key) && value !== undefined,
  );
  return Object.fromEntries(relevant.map(([key, value]) => [key, reduce(value)]));
}

/** Where an artifact lies and how long it is follow from its digest. */
function reduce(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => reduce(item));
  if (!isJsonObject(value)) return value;
  if (isArtifactRef(value)) return { artifact: value.sha256, mediaType: value.mediaType };
  return reduceInput(value);
}
