/** An artifact store that lives as long as its process. */
import { createHash } from 'node:crypto';
import type { ArtifactFile, ArtifactRef, ArtifactStore } from '../src/artifacts/artifact.ts';
import { PipelineError } from '../src/errors.ts';
import { canonicalJson, type Json } from '../src/json.ts';

export class MemoryStore implements ArtifactStore {
  readonly #objects = new Map<string, Uint8Array>();

  put(bytes: Uint8Array, mediaType: string): Promise<ArtifactRef> {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    this.#objects.set(sha256, bytes.slice());
    const uri = `artifact://sha256/${sha256}`;
    return Promise.resolve({ uri, sha256, bytes: bytes.byteLength, mediaType });
  }

  async putStream(chunks: AsyncIterable<Uint8Array>, mediaType: string): Promise<ArtifactRef> {
    const pieces: Uint8Array[] = [];
    for await (const chunk of chunks) pieces.push(chunk);
    return this.put(Buffer.concat(pieces), mediaType);
  }

  get(ref: ArtifactRef): Promise<Uint8Array> {
    const bytes = this.#objects.get(ref.sha256);
    if (!bytes) return Promise.reject(new PipelineError('ARTIFACT_NOT_FOUND', ref.uri));
    return Promise.resolve(bytes.slice());
  }

  async open(ref: ArtifactRef): Promise<ArtifactFile> {
    const bytes = await this.get(ref);
    return {
      bytes: bytes.length,
      read: (into, position) => {
        into.set(bytes.subarray(position, position + into.length));
        return Promise.resolve();
      },
      close: () => Promise.resolve(),
    };
  }

  putJson(value: unknown, mediaType: string): Promise<ArtifactRef> {
    return this.put(new TextEncoder().encode(canonicalJson(value as Json)), mediaType);
  }

  async getJson<T>(ref: ArtifactRef): Promise<T> {
    return JSON.parse(new TextDecoder().decode(await this.get(ref))) as T;
  }

  has(uri: string): boolean {
    return this.#objects.has(uri.slice(-64));
  }
}
