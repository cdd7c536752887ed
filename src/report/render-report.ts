/** The report of a run: one HTML file without scripts that asks nothing of any network. */
import type { ArtifactRef } from '../artifacts/artifact.ts';
import type { Evidence } from './evidence.ts';
import { html } from './html.ts';
import type { Pictures } from './load-pictures.ts';
import type { RunManifest } from './manifest.ts';
import { renderPage } from './page.ts';
import { everyFigureSection } from './sections/every-figure.ts';
import { gateSections } from './sections/gates.ts';
import { picturesSection } from './sections/pictures.ts';
import { dataSection, digestsSection, stepsSection } from './sections/provenance.ts';
import { qualitySections } from './sections/quality.ts';
import { reviewSections } from './sections/reviews.ts';
import { summarySection } from './sections/summary.ts';

export interface ReportContent {
  readonly evidence: Evidence;
  readonly pictures: Pictures;
  readonly manifest: ArtifactRef;
  readonly chain: RunManifest;
}

export function renderReport({ evidence, pictures, manifest, chain }: ReportContent): string {
  const { pipeline } = evidence.record.plan;
  const { state, run } = evidence.record.status;
  return renderPage({
    title: `${pipeline}: ${state} (${run.id})`,
    header: summarySection(evidence),
    main: html`${gateSections(evidence)} ${qualitySections(evidence)}
    ${picturesSection(evidence, pictures)} ${reviewSections(evidence, pictures)}
    ${stepsSection(evidence)} ${everyFigureSection(evidence)} ${dataSection(evidence)}
    ${digestsSection(chain, manifest.sha256)}`,
  });
}
