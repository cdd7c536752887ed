/** A tiny data set of pictures in a store, and what steps would have made of its test part. */
import type { ArtifactRef, ArtifactStore } from '../../src/artifacts/artifact.ts';
import { MEDIA_TYPE } from '../../src/artifacts/artifact.ts';
import type { DatasetManifest, DatasetPart, Encoder } from '../../src/data/dataset.ts';
import { encodeFloat32, encodeInt32 } from '../../src/data/tensor-bytes.ts';
import type { Explanations, Gallery, Predictions, RowSelection } from '../../src/ml/model.ts';

export const CLASSES = ['0', '1', '2', '3', '4', '5', '6'];

const PICTURE: Extract<Encoder, { type: 'image' }> = {
  type: 'image',
  columns: ['p0', 'p1', 'p2', 'p3'],
  shape: [2, 2, 1],
  range: [0, 16],
};

async function storePart(store: ArtifactStore, sourceRows: number[]): Promise<DatasetPart> {
  const x = sourceRows.flatMap((row) => [0, row / 16, 0.5, 1]);
  // The label of every row is the last class, which no prediction below is.
  const y = sourceRows.map(() => CLASSES.length - 1);
  const tensor = MEDIA_TYPE.tensor;
  return {
    rows: sourceRows.length,
    x: await store.put(encodeFloat32(Float32Array.from(x)), tensor),
    y: await store.put(encodeInt32(Int32Array.from(y)), tensor),
    sourceRows: await store.put(encodeInt32(Int32Array.from(sourceRows)), tensor),
  };
}

export async function storeDataset(store: ArtifactStore): Promise<ArtifactRef> {
  const dataset: DatasetManifest = {
    version: 1,
    source: { path: 'digits.csv', sha256: 'c'.repeat(64), rows: 9 },
    target: 'label',
    classes: CLASSES,
    inputShape: [2, 2, 1],
    featureNames: PICTURE.columns,
    encoders: [PICTURE],
    parts: {
      train: await storePart(store, [0, 1, 2]),
      validation: await storePart(store, [3]),
      test: await storePart(store, [8, 4, 6]),
    },
    split: { train: 0.4, validation: 0.2, test: 0.4, stratify: true, seed: 1 },
  };
  return store.putJson(dataset, MEDIA_TYPE.dataset);
}

export const PREDICTIONS: Predictions = {
  part: 'test',
  classes: CLASSES,
  sourceRows: [8, 4, 6],
  labels: [6, 6, 6],
  probabilities: [
    [0.05, 0.9, 0.01, 0.01, 0.01, 0.01, 0.01],
    [0.1, 0.2, 0.3, 0.04, 0.16, 0.15, 0.05],
    [0.5, 0.5, 0, 0, 0, 0, 0],
  ],
};

export const FLAGGED: RowSelection = {
  part: 'test',
  rows: [
    { row: 1, sourceRow: 4, reason: 'confidence 0.30 < 0.60' },
    { row: 2, sourceRow: 6, reason: 'confidence 0.50 < 0.60' },
  ],
};

export const EXPLANATIONS: Explanations = {
  method: 'integrated-gradients',
  settings: { steps: 50 },
  featureNames: PICTURE.columns,
  inputShape: [2, 2, 1],
  classes: CLASSES,
  part: 'test',
  rows: [
    {
      row: 1,
      sourceRow: 4,
      classIndex: 2,
      output: 0.3,
      baseOutput: 0.1,
      attributions: [0.05, -0.2, 0.3, 0.05],
      error: 0.002,
      samplingError: null,
      evaluations: 50,
    },
  ],
};

/** A gallery with the overlay of source row 6. */
export async function storeGallery(store: ArtifactStore): Promise<ArtifactRef> {
  const svg = await store.put(
    Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
    MEDIA_TYPE.svg,
  );
  const png = await store.put(Buffer.from('\x89PNG'), MEDIA_TYPE.png);
  const common = { caption: 'c', svg, png };
  const gallery: Gallery = {
    pictures: [
      { ...common, name: 'curve', type: 'learning-curve', title: 'Curve', sourceRow: null },
      { ...common, name: 'o6', type: 'attribution-overlay', title: 'Row 6', sourceRow: 6 },
    ],
  };
  return store.putJson(gallery, MEDIA_TYPE.gallery);
}
