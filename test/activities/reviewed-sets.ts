/** Predictions with conformal sets, of rows whose true class the test knows, and a review of some. */
import { humanReviewStep } from '../../src/activities/human-review.ts';
import type { HumanReviewStep } from '../../src/activities/step-types.ts';
import type { StepContext } from '../../src/activities/step.ts';
import { type ArtifactRef, type ArtifactStore, MEDIA_TYPE } from '../../src/artifacts/artifact.ts';
import { decodeDataset } from '../../src/data/decode-dataset.ts';
import { decodeInt32 } from '../../src/data/tensor-bytes.ts';
import type { Json } from '../../src/json.ts';
import type { Predictions, RowSelection } from '../../src/ml/model.ts';
import type { GateOpening } from '../../src/workflows/run-state.ts';
import { storeTable } from './trained-model.ts';

export interface ReviewedRow {
  readonly set: readonly number[];
  readonly sampled?: 'flagged' | 'accepted';
}

export interface ReviewedRows {
  readonly dataset: ArtifactRef;
  readonly predictions: ArtifactRef;
  readonly flagged: ArtifactRef;
}

/** All rows are asked about; class 0, `no`, is predicted of each. */
export async function storeReviewed(
  store: ArtifactStore,
  rows: readonly ReviewedRow[],
  alpha: number,
): Promise<ReviewedRows> {
  const lines = rows.map((_, row) => `${row},no,test`);
  const csv = ['a,label,part', '0,no,train', '1,yes,train', ...lines, ''].join('\n');
  const split = { column: 'part' };
  const features = [{ type: 'number', columns: ['a'], scale: 'none' }];
  const dataset = await storeTable(store, csv, { split, features });
  const { parts } = decodeDataset(await store.getJson<Json>(dataset));
  const sourceRows = [...decodeInt32(await store.get(parts.test.sourceRows))];
  const predictions: Predictions = {
    part: 'test',
    classes: ['no', 'yes'],
    sourceRows,
    labels: rows.map(() => 0),
    probabilities: rows.map(() => [0.75, 0.25]),
    conformal: {
      alpha,
      calibration: await store.putJson({ alpha }, MEDIA_TYPE.conformal),
      sets: rows.map(({ set }) => set),
    },
  };
  const flagged: RowSelection = {
    part: 'test',
    rows: rows.map(({ sampled }, row) => ({
      ...{ row, sourceRow: sourceRows[row] ?? -1, reason: '' },
      ...(sampled && { sampled }),
    })),
  };
  return {
    dataset,
    predictions: await store.putJson(predictions, MEDIA_TYPE.predictions),
    flagged: await store.putJson(flagged, MEDIA_TYPE.rows),
  };
}

export function openReview(store: ArtifactStore, rows: ReviewedRows): Promise<GateOpening> {
  const settings = { quorum: 1, fourEyes: false, timeout: '1h', onReject: 'continue' } as const;
  const input: HumanReviewStep['with'] = { ...rows, ...settings, onTimeout: 'fail' };
  const context = { store, stepId: 'gate', log: () => undefined } as unknown as StepContext;
  return humanReviewStep.run(input, context);
}
