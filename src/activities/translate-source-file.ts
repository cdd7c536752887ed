/** New texts translated by the step `predict`, a few rows in memory at a time. */
import { MEDIA_TYPE } from '../artifacts/artifact.ts';
import { streamSourceFile } from '../data/source-file.ts';
import { SourceFiles } from '../data/sources/source-files.ts';
import { translateFile, type TranslationReport } from '../predict/translate-file.ts';
import { dataRootFor } from './local-context.ts';
import type { FileToPredict } from './predict-source-file.ts';
import type { PredictedFile } from './step-types.ts';
import type { StepContext } from './step.ts';
import { type Decoding, writeRows } from './write-rows.ts';
import { withWriter } from './writer-on-data.ts';

/** Rows at once; what comes out does not depend on it. */
const BATCH_ROWS = 512;

/**
 * @throws PipelineError `DATA_INVALID` naming file, line, row and column; as `withWriter` and
 * `streamSourceFile`.
 */
export async function translateSourceFile(
  {
    model,
    file,
    format = 'jsonl',
    onError = 'fail',
    decoding,
  }: FileToPredict & {
    readonly decoding: Decoding;
  },
  context: StepContext,
): Promise<PredictedFile> {
  const { store } = context;
  const files = new SourceFiles();
  const told: TranslationReport[] = [];
  return withWriter(model, store, async ({ network, input, encoder }) => {
    const lines = translateFile({
      source: {
        name: file,
        chunks: streamSourceFile(context.dataRoot, file, (sha256) => files.note(file, sha256)),
      },
      pictures: { rootOf: (picture) => dataRootFor(context, picture), noteFile: files.note },
      model: input,
      write: (x, rows) => writeRows({ network, encoder, rows, x, decoding }, context),
      ...{ format, onError, batchRows: BATCH_ROWS },
      warn: (message) => context.log('warn', message),
      onEnd: (report) => told.push(report),
    });
    const mediaType = format === 'csv' ? MEDIA_TYPE.csv : MEDIA_TYPE.jsonLines;
    const predictions = await store.putStream(bytesOf(lines), mediaType);
    const [{ rows, skipped, meanConfidence }] = told as [TranslationReport];
    return { predictions, fingerprint: files.digest, rows, skipped, classes: {}, meanConfidence };
  });
}

async function* bytesOf(text: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const piece of text) yield Buffer.from(piece);
}
