/** Reads the pictures that the report shows, as data: URIs, so that it needs nothing beside it. */
import type { ArtifactRef, ArtifactStore } from '../artifacts/artifact.ts';
import { isPipelineError } from '../errors.ts';
import type { Evidence } from './evidence.ts';

/** data: URIs by digest. */
export type Pictures = ReadonlyMap<string, string>;

/** More would make a page that no browser likes; the rest stays in the store. */
const MAX_BYTES = 24 * 1024 * 1024;

export async function loadPictures(
  evidence: Evidence,
  store: ArtifactStore,
): Promise<{ readonly pictures: Pictures; readonly problems: readonly string[] }> {
  const pictures = new Map<string, string>();
  const problems: string[] = [];
  let budget = MAX_BYTES;
  for (const ref of picturesOf(evidence)) {
    if (pictures.has(ref.sha256) || ref.bytes > budget) continue;
    try {
      const bytes = await store.get(ref);
      budget -= bytes.length;
      const base64 = Buffer.from(bytes).toString('base64');
      pictures.set(ref.sha256, `data:${ref.mediaType};base64,${base64}`);
    } catch (error) {
      if (!isPipelineError(error) || !error.code.startsWith('ARTIFACT_')) throw error;
      problems.push(`${error.code}: ${error.message}`);
    }
  }
  return { pictures, problems };
}

function picturesOf({ galleries, gates }: Evidence): ArtifactRef[] {
  const drawn = galleries.flatMap(({ value }) =>
    value.pictures.flatMap(({ svg, dark }) => [svg, ...(dark ? [dark.svg] : [])]),
  );
  const shown = gates.flatMap(({ items }) => items?.items.flatMap(({ picture }) => picture ?? []));
  // Last: where there is no room for both, the light one is shown on dark paper too.
  const dark = galleries.flatMap(({ value }) =>
    value.pictures.flatMap((picture) => picture.dark?.svg ?? []),
  );
  return [...drawn, ...shown, ...dark].filter(
    (ref) => ref?.mediaType === 'image/svg+xml' || ref?.mediaType === 'image/png',
  ) as ArtifactRef[];
}
