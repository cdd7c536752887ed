/** Ends every run: writes its manifest and a report for people, from whatever there is. */
import { MEDIA_TYPE, type ArtifactRef, type ArtifactStore } from '../artifacts/artifact.ts';
import type { Json } from '../json.ts';
import { buildCard, type CardSources } from '../report/card/build-card.ts';
import { cardSubjects } from '../report/card/card-subjects.ts';
import { renderCard } from '../report/card/render-card.ts';
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
  const documents = {
    'report.json': await store.putJson(data, MEDIA_TYPE.report),
    ...(await writeCards({ evidence, manifest, chain }, store)),
  };
  return { manifest, report, documents };
}

/** `card.html` and `card.json` of the first model, `card-<step>.html` of further ones. */
async function writeCards(
  sources: CardSources,
  store: ArtifactStore,
): Promise<Record<string, ArtifactRef>> {
  const written: Record<string, ArtifactRef> = {};
  for (const [index, subject] of cardSubjects(sources.evidence).entries()) {
    const name = index === 0 ? 'card' : `card-${subject.step.status.id}`;
    const card = buildCard(subject, sources);
    const json = JSON.parse(JSON.stringify(card)) as Json;
    written[`${name}.html`] = await store.put(Buffer.from(renderCard(card)), MEDIA_TYPE.html);
    written[`${name}.json`] = await store.putJson(json, MEDIA_TYPE.card);
  }
  return written;
}
