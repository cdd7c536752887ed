/** Reads one part of a stored data set. */
import type { ArtifactRef, ArtifactStore } from '../artifacts/artifact.ts';
import { PipelineError } from '../errors.ts';
import type { Json } from '../json.ts';
import { type DatasetManifest, labelsOfRow, type PartName } from './dataset.ts';
import { decodeDataset } from './decode-dataset.ts';
import { decodeFloat32, decodeInt32 } from './tensor-bytes.ts';

export interface LoadedPart {
  readonly manifest: DatasetManifest;
  readonly rows: number;
  /** `[rows, ...inputShape]`. */
  readonly x: Float32Array;
  /** `[rows, ...labelShape]`, indices into `manifest.classes`. */
  readonly y: Int32Array;
  /** `[rows]`, rows of the source, from 0. */
  readonly sourceRows: Int32Array;
}

/** Node reads no more of a file at once. */
const MAX_BYTES = 2 ** 31 - 1;

/**
 * @throws PipelineError `DATA_TOO_LARGE` over 2 GiB; `DATA_INVALID` if the manifest is malformed or the
 * tensors do not fit it; `ARTIFACT_NOT_FOUND` and `ARTIFACT_CORRUPT` as the store.
 */
export async function loadPart(
  store: ArtifactStore,
  dataset: ArtifactRef,
  name: PartName,
): Promise<LoadedPart> {
  const manifest = decodeDataset(await store.getJson<Json>(dataset));
  const part = manifest.parts[name];
  requireRoom(name, part.x.bytes);
  const [x, y, sourceRows] = await Promise.all([
    store.get(part.x).then(decodeFloat32),
    store.get(part.y).then(decodeInt32),
    store.get(part.sourceRows).then(decodeInt32),
  ]);
  const width = manifest.inputShape.reduce((product, size) => product * size, 1);
  const { rows } = part;
  const labels = rows * labelsOfRow(manifest);
  if (x.length !== rows * width || y.length !== labels || sourceRows.length !== rows) {
    throw new PipelineError(
      'DATA_INVALID',
      `The tensors of part "${name}" do not have its ${rows} rows of ${width} values`,
    );
  }
  if (y.some((label) => label < 0 || label >= manifest.classes.length)) {
    throw new PipelineError('DATA_INVALID', `Part "${name}" has a label outside its classes`);
  }
  return { manifest, rows, x, y, sourceRows };
}

function requireRoom(name: PartName, bytes: number): void {
  if (bytes <= MAX_BYTES) return;
  throw new PipelineError(
    'DATA_TOO_LARGE',
    `The part "${name}" has ${bytes} bytes; at most ${MAX_BYTES} are read as a whole`,
    { remedy: 'give the part a smaller share; only training reads more, from disk' },
  );
}
