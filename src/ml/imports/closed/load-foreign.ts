import type { ArtifactStore } from '../../../artifacts/artifact.ts';
import type { ForeignManifest } from '../../model.ts';
import { ForeignClassifier } from './foreign-classifier.ts';
import { openForeignRuntime } from './foreign-runtime.ts';

/** @throws PipelineError as `openForeignRuntime` and the store. */
export async function loadForeign(
  store: ArtifactStore,
  { format, files, input, reading }: ForeignManifest,
): Promise<ForeignClassifier> {
  const bytes = new Map<string, Uint8Array>();
  for (const { path, artifact } of files) bytes.set(path, await store.get(artifact));
  const { signature } = reading;
  const runtime = await openForeignRuntime(format, { files: bytes, signature });
  return new ForeignClassifier(runtime, input, reading);
}
