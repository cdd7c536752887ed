/** The models that a process predicts with again and again. */
import type { ArtifactRef, ArtifactStore } from '../artifacts/artifact.ts';
import type { Classifier } from './classifier.ts';
import { loadClassifier } from './classifier.ts';

/** One that is served, and the one that takes its place. */
const MOST = 2;

/** Loaded when first asked for; the one that was asked for longest ago makes room. */
export class KeptClassifiers {
  /** By digest; the last asked for is the last. */
  readonly #kept = new Map<string, Classifier>();

  /**
   * @returns a classifier to use at once and not to dispose: the next call may.
   * @throws PipelineError as `loadClassifier`.
   */
  async take(store: ArtifactStore, model: ArtifactRef): Promise<Classifier> {
    const classifier =
      this.#kept.get(model.sha256) ?? (await loadClassifier(store, model)).classifier;
    this.#kept.delete(model.sha256);
    this.#kept.set(model.sha256, classifier);
    for (const [digest, oldest] of this.#kept) {
      if (this.#kept.size <= MOST) break;
      this.#kept.delete(digest);
      oldest.dispose();
    }
    return classifier;
  }

  dispose(): void {
    for (const classifier of this.#kept.values()) classifier.dispose();
    this.#kept.clear();
  }
}
