/** All rows of new data to the texts that a model writes for them, in order. */
import type { RowSource } from '../data/incoming/incoming-rows.ts';
import type { PictureFiles } from '../data/incoming/picture-cells.ts';
import { readBatches } from '../data/incoming/read-batches.ts';
import { sniffFormat } from '../data/incoming/sniff-format.ts';
import { listed } from '../data/table.ts';
import type { InputContract } from '../ml/model.ts';
import { quoted } from './prediction-text.ts';

export interface FileTranslation {
  readonly source: RowSource;
  readonly model: Pick<InputContract, 'encoders' | 'target' | 'inputShape'>;
  /** Where cells that are paths of pictures lead. */
  readonly pictures: PictureFiles;
  /** `[rows, width]` of the model's rows, nothing in the place of the target. */
  readonly write: (x: Float32Array, rows: number) => Promise<readonly WrittenAnswer[]>;
  readonly format: 'jsonl' | 'csv';
  /** At most. */
  readonly batchRows: number;
  /** What a row that cannot be read does; `skip` leaves it out and counts it. */
  readonly onError: 'fail' | 'skip';
  readonly warn: (text: string) => void;
  /** Told after the last row. */
  readonly onEnd: (report: TranslationReport) => void;
}

export interface WrittenAnswer {
  readonly written: { readonly text: string };
  /** 0 to 1. */
  readonly confidence: number;
}

export interface TranslationReport {
  readonly rows: number;
  /** The first hundred are listed, from 0. */
  readonly skipped: { readonly count: number; readonly rows: number[] };
  /** `null` of no rows. */
  readonly meanConfidence: number | null;
}

const MOST_LISTED = 100;

/**
 * jsonl has an object `{row, text, confidence}` a line; csv these columns.
 *
 * @returns pieces of text in the format asked for.
 * @throws PipelineError `DATA_INVALID` naming source, line, row and column; what `write` and the source
 * throw.
 */
export async function* translateFile(job: FileTranslation): AsyncGenerator<string> {
  const { source, model, format, write } = job;
  const skipped = { count: 0, rows: [] as number[] };
  const sniffed = await sniffFormat(source.name, source.chunks);
  const batches = readBatches(
    { name: source.name, chunks: sniffed.chunks },
    {
      ...{ format: sniffed.format, encoders: model.encoders, target: model.target },
      ...{ pictures: job.pictures, batchRows: job.batchRows },
      onFault: (fault, row) => {
        if (job.onError === 'fail') throw fault;
        skipped.count += 1;
        if (skipped.rows.length < MOST_LISTED) skipped.rows.push(row);
      },
      onIgnored: (columns) => job.warn(`the model does not read ${listed(columns)}`),
      onUnseen: () => undefined,
    },
  );
  let [rows, confidence] = [0, 0];
  if (format === 'csv') yield 'row,text,confidence\n';
  for await (const batch of batches) {
    const answers = await write(withoutTarget(batch, model), batch.rows);
    rows += answers.length;
    confidence += answers.reduce((sum, answer) => sum + answer.confidence, 0);
    yield answers.map((answer, at) => lineOf(format, batch.numbers[at] as number, answer)).join('');
  }
  job.onEnd({ rows, skipped, meanConfidence: rows === 0 ? null : confidence / rows });
}

/** The encoders make what is read; what stands behind it is still to be written. */
function withoutTarget(
  { x, rows }: { readonly x: Float32Array; readonly rows: number },
  { inputShape }: Pick<InputContract, 'inputShape'>,
): Float32Array {
  const width = inputShape.reduce((product, size) => product * size, 1);
  const given = x.length / rows;
  const all = new Float32Array(rows * width);
  for (let row = 0; row < rows; row += 1) {
    all.set(x.subarray(row * given, (row + 1) * given), row * width);
  }
  return all;
}

function lineOf(
  format: 'jsonl' | 'csv',
  row: number,
  { written, confidence }: WrittenAnswer,
): string {
  const { text } = written;
  if (format === 'jsonl') return `${JSON.stringify({ row, text, confidence })}\n`;
  return `${row},${quoted(text)},${confidence}\n`;
}
