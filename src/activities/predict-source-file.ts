/** New data predicted by the step `predict`, a few rows in memory at a time. */
import { MEDIA_TYPE } from '../artifacts/artifact.ts';
import { streamSourceFile } from '../data/source-file.ts';
import { SourceFiles } from '../data/sources/source-files.ts';
import { loadClassifier } from '../ml/classifier.ts';
import { predictFile, type FileReport } from '../predict/predict-file.ts';
import { dataRootFor } from './local-context.ts';
import type { PredictedFile, PredictStep } from './step-types.ts';
import type { StepContext } from './step.ts';

/** Rows at once; what comes out does not depend on it. */
const BATCH_ROWS = 4096;

export interface FileToPredict extends Pick<PredictStep['with'], 'model' | 'format' | 'onError'> {
  /** Below the data root. */
  readonly file: string;
}

/**
 * @throws PipelineError `DATA_INVALID` naming file, line, row and column; as `streamSourceFile`;
 * `MODEL_INVALID` if a probability is not finite.
 */
export async function predictSourceFile(
  { model, file, format = 'jsonl', onError = 'fail' }: FileToPredict,
  context: StepContext,
): Promise<PredictedFile> {
  const { store, signal } = context;
  const { classifier, manifest } = await loadClassifier(store, model);
  const files = new SourceFiles();
  const told: FileReport[] = [];
  try {
    const text = predictFile({
      source: {
        name: file,
        chunks: streamSourceFile(context.dataRoot, file, (sha256) => files.note(file, sha256)),
      },
      pictures: { rootOf: (picture) => dataRootFor(context, picture), noteFile: files.note },
      model: manifest.input,
      ask: (x, rows) => {
        context.heartbeat();
        return classifier.predict(x, rows);
      },
      ...{ format, onError, batchRows: BATCH_ROWS, signal },
      warn: (message) => context.log('warn', message),
      onEnd: (report) => told.push(report),
    });
    const mediaType = format === 'csv' ? MEDIA_TYPE.csv : MEDIA_TYPE.jsonLines;
    const predictions = await store.putStream(bytesOf(text), mediaType);
    const [{ rows, skipped, classes, meanConfidence }] = told as [FileReport];
    return {
      predictions,
      fingerprint: files.digest,
      rows,
      skipped: { count: skipped.count, rows: [...skipped.rows] },
      classes: { ...classes },
      meanConfidence,
    };
  } finally {
    classifier.dispose();
  }
}

async function* bytesOf(text: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const piece of text) yield Buffer.from(piece);
}
