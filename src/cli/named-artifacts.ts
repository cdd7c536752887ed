/** Every artifact of a run under the name a person would call it: `step.output`. */
import type { ArtifactRef, ArtifactStore } from '../artifacts/artifact.ts';
import { MEDIA_TYPE } from '../artifacts/artifact.ts';
import type { Json, JsonObject } from '../json.ts';
import { isJsonObject } from '../json.ts';
import type { Gallery } from '../ml/model.ts';
import type { RunStatus } from '../workflows/run-state.ts';

export interface NamedArtifact {
  readonly name: string;
  readonly ref: ArtifactRef;
}

/** In step order; the pictures of a gallery follow it as `step/picture`. */
export async function namedArtifacts(
  status: RunStatus,
  store: ArtifactStore,
): Promise<NamedArtifact[]> {
  const found: NamedArtifact[] = [];
  for (const { id, outputs } of status.steps) {
    if (outputs) collect(outputs, id, found);
  }
  for (const gate of status.gates) found.push({ name: `${gate.gateId}.items`, ref: gate.items });
  if (status.report) found.push({ name: 'report', ref: status.report });
  for (const [name, ref] of Object.entries(status.documents ?? {})) found.push({ name, ref });
  if (status.manifest) found.push({ name: 'manifest', ref: status.manifest });
  const galleries = found.filter(({ ref }) => ref.mediaType === MEDIA_TYPE.gallery);
  for (const { name, ref } of galleries) found.push(...(await pictures(name, ref, store)));
  return found;
}

async function pictures(
  galleryName: string,
  ref: ArtifactRef,
  store: ArtifactStore,
): Promise<NamedArtifact[]> {
  const step = galleryName.split('.')[0] ?? galleryName;
  const gallery = await store.getJson<Gallery>(ref);
  return gallery.pictures.flatMap(({ name, svg, png, dark, csv }) => [
    { name: `${step}/${name}.svg`, ref: svg },
    { name: `${step}/${name}.png`, ref: png },
    ...(dark
      ? [
          { name: `${step}/${name}.dark.svg`, ref: dark.svg },
          { name: `${step}/${name}.dark.png`, ref: dark.png },
        ]
      : []),
    ...(csv ? [{ name: `${step}/${name}.csv`, ref: csv }] : []),
  ]);
}

function collect(value: Json, name: string, found: NamedArtifact[]): void {
  if (Array.isArray(value)) {
    value.forEach((item: Json, index) => collect(item, `${name}[${index}]`, found));
  } else if (isJsonObject(value)) {
    if (isRef(value)) found.push({ name, ref: value as unknown as ArtifactRef });
    else for (const [key, inner] of Object.entries(value)) collect(inner, `${name}.${key}`, found);
  }
}

function isRef(value: JsonObject): boolean {
  return typeof value['uri'] === 'string' && typeof value['sha256'] === 'string';
}
