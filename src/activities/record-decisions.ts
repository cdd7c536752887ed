/** Stores what was decided at a gate, refusals included, as evidence. */
import { MEDIA_TYPE, type ArtifactRef, type ArtifactStore } from '../artifacts/artifact.ts';
import type { DecisionRecord } from '../workflows/run-state.ts';

/** @throws PipelineError `DISK_FULL`, `STORE_UNWRITABLE` */
export async function recordDecisions(
  record: DecisionRecord,
  store: ArtifactStore,
): Promise<{ decisions: ArtifactRef }> {
  return { decisions: await store.putJson(record, MEDIA_TYPE.decisions) };
}
