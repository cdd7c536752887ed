/** Ends every run: writes its manifest and a report for people, from whatever there is. */
import { MEDIA_TYPE, type ArtifactStore } from '../artifacts/artifact.ts';
import { codeIdentity } from '../report/code-identity.ts';
import { collectEvidence } from '../report/evidence.ts';
import { loadPictures } from '../report/load-pictures.ts';
import { chainManifest } from '../report/manifest.ts';
import { manifestEntries } from '../report/manifest-entries.ts';
import { reportData } from '../report/report-data.ts';
import { renderReport } from '../report/render-report.ts';
import type { RunRecord, WrittenReport } from '../workflows/run-state.ts';

/** @throws PipelineError `DISK_FULL`, `STORE_UNWRITABLE` */
export async function writeReport(record: RunRecord, store: ArtifactStore): Promise<WrittenReport> {
  const collected = await collectEvidence(record, store);
  const { pictures, problems } = await loadPictures(collected, store);
  const evidence = { ...collected, problems: [...collected.problems, ...problems] };
  const chain = chainManifest(record.status.run, manifestEntries(evidence, await codeIdentity()));
  const manifest = await store.putJson(chain, MEDIA_TYPE.manifest);
  const html = renderReport({ evidence, pictures, manifest, chain });
  const report = await store.put(Buffer.from(html), MEDIA_TYPE.html);
  const data = reportData(evidence, { manifest, chain });
  const documents = { 'report.json': await store.putJson(data, MEDIA_TYPE.report) };
  return { manifest, report, documents };
}
