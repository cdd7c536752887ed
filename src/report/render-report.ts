/** The report of a run: one HTML file without scripts that asks nothing of any network. */
import type { ArtifactRef } from '../artifacts/artifact.ts';
import type { Evidence } from './evidence.ts';
import { html } from './html.ts';
import type { Pictures } from './load-pictures.ts';
import type { RunManifest } from './manifest.ts';
import { picturesSection } from './sections/pictures.ts';
import { dataSection, digestsSection, stepsSection } from './sections/provenance.ts';
import { qualitySections } from './sections/quality.ts';
import { reviewSections } from './sections/reviews.ts';
import { summarySection } from './sections/summary.ts';
import { STYLE } from './style.ts';

export interface ReportContent {
  readonly evidence: Evidence;
  readonly pictures: Pictures;
  readonly manifest: ArtifactRef;
  readonly chain: RunManifest;
}

/** Nothing may be fetched or run, even if a text slipped through as markup. */
const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

export function renderReport({ evidence, pictures, manifest, chain }: ReportContent): string {
  const { pipeline } = evidence.record.plan;
  const { state, run } = evidence.record.status;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
        <title>${pipeline}: ${state} (${run.id})</title>
        <style>
          ${{ markup: STYLE }}
        </style>
      </head>
      <body>
        ${summarySection(evidence)}
        <main>
          ${qualitySections(evidence)} ${picturesSection(evidence, pictures)}
          ${reviewSections(evidence, pictures)} ${stepsSection(evidence)} ${dataSection(evidence)}
          ${digestsSection(chain, manifest.sha256)}
        </main>
      </body>
    </html>`;
  return page.markup;
}
