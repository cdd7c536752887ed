/** Reads what a person is asked about, out of the artifact store. */
import { openFolderStore } from '../artifacts/folder-store.ts';
import { artifactsFolder } from '../artifacts/state-folder.ts';
import { PipelineError } from '../errors.ts';
import type { OpenItem } from '../temporal/reviews.ts';
import type { ReviewItem, ReviewItems } from '../workflows/run-state.ts';
import type { Scene } from './verb.ts';

export interface LoadedItem {
  readonly item: ReviewItem;
  readonly instructions: string;
  readonly classes: readonly string[];
}

/** @throws PipelineError `REVIEW_NOT_FOUND` if the artifact does not hold the item */
export async function loadReviewItem(scene: Scene, target: OpenItem): Promise<LoadedItem> {
  const store = await openFolderStore(artifactsFolder(scene.stateFolder));
  const { items, instructions, classes } = await store.getJson<ReviewItems>(target.gate.items);
  const item = items.find(({ id }) => id === target.item.id);
  if (!item || item.subjectDigest !== target.item.subjectDigest) {
    throw new PipelineError(
      'REVIEW_NOT_FOUND',
      `the artifact of gate "${target.gate.gateId}" does not hold item "${target.item.id}"`,
    );
  }
  return { item, instructions, classes };
}
