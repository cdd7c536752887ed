/** All rows of new data to text, in order: what the verb and the step `predict` share. */
import type { RowSource } from '../data/incoming/incoming-rows.ts';
import type { PictureFiles } from '../data/incoming/picture-cells.ts';
import { readBatches, type IncomingFormat } from '../data/incoming/read-batches.ts';
import { sniffFormat } from '../data/incoming/sniff-format.ts';
import { listed } from '../data/table.ts';
import type { PipelineError } from '../errors.ts';
import type { InputContract } from '../ml/model.ts';
import { predictBatches, type Ask } from './predict-batches.ts';
import { PredictionCounter, type PredictionSummary } from './prediction-summary.ts';
import { predictionText, type PredictionFormat } from './prediction-text.ts';

export interface FilePrediction {
  readonly source: RowSource;
  readonly model: Pick<InputContract, 'encoders' | 'classes' | 'target'>;
  /** Where cells that are paths of pictures lead. */
  readonly pictures: PictureFiles;
  readonly ask: Ask;
  readonly format: PredictionFormat;
  /** At most. */
  readonly batchRows: number;
  /** What a row that cannot be read does; `skip` leaves it out and counts it. */
  readonly onError: 'fail' | 'skip';
  readonly warn: (text: string) => void;
  /** Told after the last row. */
  readonly onEnd: (report: FileReport) => void;
  readonly signal: AbortSignal;
}

export interface FileReport extends PredictionSummary {
  readonly sourceFormat: IncomingFormat;
}

/**
 * Reads and predicts a few batches at a time, whatever the size of the source.
 *
 * @returns pieces of text in the format asked for.
 * @throws PipelineError `DATA_INVALID` naming source, line, row and column; `MODEL_INVALID` for a
 * probability that is not finite; what `ask` and the source throw; the signal's reason.
 */
export async function* predictFile(job: FilePrediction): AsyncGenerator<string> {
  const { source, model, format, signal } = job;
  const counter = new PredictionCounter(model.classes);
  const text = predictionText(format, model.classes);
  const sniffed = await sniffFormat(source.name, source.chunks);
  const batches = readBatches(
    { name: source.name, chunks: sniffed.chunks },
    {
      format: sniffed.format,
      encoders: model.encoders,
      target: model.target,
      pictures: job.pictures,
      batchRows: job.batchRows,
      onFault: (fault, row) => passOver(fault, row, { job, counter }),
      onIgnored: (columns) =>
        job.warn(
          `the model does not read ${columns.length === 1 ? 'the column' : 'the columns'} ${listed(columns)}`,
        ),
      onUnseen: (cells) => {
        for (const [column, count] of cells) {
          job.warn(`${count} cells of "${column}" have a value that training lacked`);
        }
      },
    },
  );
  yield text.start;
  for await (const batch of predictBatches(batches, job.ask)) {
    signal.throwIfAborted();
    counter.add(batch);
    yield text.batch(batch);
  }
  signal.throwIfAborted();
  yield text.end();
  job.onEnd({ ...counter.summary(), sourceFormat: sniffed.format });
}

function passOver(
  fault: PipelineError,
  row: number,
  { job, counter }: { readonly job: FilePrediction; readonly counter: PredictionCounter },
): void {
  if (job.onError === 'fail') throw fault;
  counter.skip(row);
}
