/** Opens one part of a stored data set without reading it into memory. */
import type { ArtifactFile, ArtifactStore } from '../artifacts/artifact.ts';
import { PipelineError } from '../errors.ts';
import { type DatasetManifest, labelsOfRow, type PartName } from './dataset.ts';
import { fromLittleEndian } from './tensor-bytes.ts';

/** From row `start` on, as many rows as there is room for. */
export interface PieceOfRows {
  readonly start: number;
  /** `[rows, width]`. */
  readonly x: Float32Array;
  /** `[rows, labels]`. */
  readonly y: Int32Array;
}

export interface OpenPart {
  readonly rows: number;
  /** Values of one row. */
  readonly width: number;
  /** Of one row. */
  readonly labels: number;
  /** Labels of each class. */
  readonly labelCounts: readonly number[];
  /** Fills `x` and `y`. @throws PipelineError `ARTIFACT_CORRUPT` */
  read(piece: PieceOfRows): Promise<void>;
  close(): Promise<void>;
}

const VALUE_BYTES = 4;
const LABELS_AT_ONCE = 2 ** 18;

/**
 * The labels are read through once, the rows are not.
 *
 * @throws PipelineError `DATA_INVALID` if the tensors do not fit the manifest; `ARTIFACT_NOT_FOUND`
 * and `ARTIFACT_CORRUPT` as the store.
 */
export async function openPart(
  store: ArtifactStore,
  manifest: DatasetManifest,
  name: PartName,
): Promise<OpenPart> {
  const { parts, inputShape, classes } = manifest;
  const { rows, x: values, y: given } = parts[name];
  const labels = labelsOfRow(manifest);
  const width = inputShape.reduce((product, size) => product * size, 1);
  const x = await store.open(values);
  const y = await openBeside(x, () => store.open(given));
  const close = async () => void (await Promise.all([x.close(), y.close()]));
  try {
    if (x.bytes !== VALUE_BYTES * rows * width || y.bytes !== VALUE_BYTES * rows * labels) {
      const found = `do not have its ${rows} rows of ${width} values`;
      throw new PipelineError('DATA_INVALID', `The tensors of part "${name}" ${found}`);
    }
    const labelCounts = await countLabels(y, {
      count: rows * labels,
      classes: classes.length,
      name,
    });
    const read = async ({ start, x: intoX, y: intoY }: PieceOfRows) => {
      await fill(x, intoX, start * width);
      await fill(y, intoY, start * labels);
    };
    return { rows, width, labels, labelCounts, read, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openBeside(
  open: ArtifactFile,
  other: () => Promise<ArtifactFile>,
): Promise<ArtifactFile> {
  try {
    return await other();
  } catch (error) {
    await open.close();
    throw error;
  }
}

/** @param first  index of the value that the file is read from. */
async function fill(
  file: ArtifactFile,
  into: Float32Array | Int32Array,
  first: number,
): Promise<void> {
  const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
  await file.read(bytes, VALUE_BYTES * first);
  fromLittleEndian(bytes);
}

interface LabelsOfPart {
  readonly count: number;
  readonly classes: number;
  readonly name: PartName;
}

async function countLabels(
  file: ArtifactFile,
  { count, classes, name }: LabelsOfPart,
): Promise<number[]> {
  const counts = new Array<number>(classes).fill(0);
  for (let start = 0; start < count; start += LABELS_AT_ONCE) {
    const labels = new Int32Array(Math.min(LABELS_AT_ONCE, count - start));
    await fill(file, labels, start);
    for (const label of labels) {
      if (label < 0 || label >= classes) {
        throw new PipelineError('DATA_INVALID', `Part "${name}" has a label outside its classes`);
      }
      counts[label] = (counts[label] as number) + 1;
    }
  }
  return counts;
}
