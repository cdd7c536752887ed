/** `modelwright predict MODEL FILE`: predicts the rows of a file, one after the other. */
import type { Command } from 'commander';
import { Option } from 'commander';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { addAbortSignal, type Readable } from 'node:stream';
import { openFolderStore } from '../artifacts/folder-store.ts';
import { artifactsFolder } from '../artifacts/state-folder.ts';
import { errnoOf } from '../artifacts/file-system.ts';
import { ComputePool } from '../compute/pool.ts';
import { EXIT, PipelineError } from '../errors.ts';
import { predictFile, type FileReport } from '../predict/predict-file.ts';
import { PREDICTION_FORMATS, type PredictionFormat } from '../predict/prediction-text.ts';
import { RemoteModel } from '../predict/remote-model.ts';
import { COMPUTE_ENTRY } from './compute-entry.ts';
import { namedModel } from './named-model.ts';
import { wholeNumber } from './number-option.ts';
import { fileTarget, streamTarget } from './output-file.ts';
import { onStopSignal } from './stop-signal.ts';
import type { Terminal } from './terminal.ts';
import { inert } from './terminal.ts';
import type { Scene, Verb } from './verb.ts';
import { sceneOf } from './verb.ts';

interface PredictFlags {
  readonly out?: string;
  readonly format?: PredictionFormat;
  readonly batch: number;
  readonly onError: 'fail' | 'skip';
}

export function addPredict(program: Command, verb: Verb): Command {
  return program
    .command('predict')
    .description('predict the rows of a CSV or JSON Lines file')
    .argument('<model>', 'NAME, NAME@ALIAS, NAME@VERSION, RUN/STEP or a digest')
    .argument('<file>', 'the file; - for standard input')
    .option('--out <file>', 'write the predictions there instead of to standard output')
    .addOption(
      new Option(
        '--format <name>',
        'of the predictions; by default as --out ends, else csv',
      ).choices(PREDICTION_FORMATS),
    )
    .option('--batch <n>', 'rows predicted at once', wholeNumber({ most: 65_536 }), 4096)
    .addOption(
      new Option('--on-error <what>', 'skip leaves out rows that cannot be read')
        .choices(['fail', 'skip'])
        .default('fail'),
    )
    .option('--json', 'print JSON alone on stdout')
    .action(async (model: string, file: string, flags: PredictFlags, command) => {
      const scene = sceneOf(command as Command, verb);
      const stop = new AbortController();
      void onStopSignal(scene.terminal, 'what is predicted so far is given up').then(() => {
        stop.abort(new PipelineError('CANCELLED', 'interrupted'));
      });
      try {
        await predict(scene, { model, file, flags, signal: stop.signal, cwd: verb.io.cwd });
      } catch (error) {
        if (!stop.signal.aborted) throw error;
        verb.finish(EXIT.interrupted);
      }
    });
}

interface Asked {
  readonly model: string;
  readonly file: string;
  readonly flags: PredictFlags;
  readonly signal: AbortSignal;
  readonly cwd: string;
}

async function predict(scene: Scene, asked: Asked): Promise<void> {
  const { terminal } = scene;
  const { flags, cwd, signal } = asked;
  const format = formatOf(flags, terminal);
  const named = await namedModel(scene, asked.model);
  const storeFolder = artifactsFolder(scene.stateFolder);
  const store = await openFolderStore(storeFolder);
  const pool = new ComputePool({
    ...{ entry: COMPUTE_ENTRY, concurrency: 1 },
    // One process from the first batch to the last, whatever the model needs.
    ...{ maxJobs: Infinity, maxRssBytes: Infinity },
  });
  try {
    const model = await RemoteModel.open(named.ref, { pool, store, storeFolder, signal });
    const source = await openSource(asked, terminal);
    const target =
      flags.out === undefined
        ? streamTarget(terminal.io.stdout)
        : await fileTarget(path.resolve(cwd, flags.out));
    const told: FileReport[] = [];
    try {
      const text = predictFile({
        source,
        model: model.input,
        pictures: { rootOf: () => Promise.resolve(scene.project), noteFile: () => undefined },
        ask: (x, rows) => model.predict(x, rows),
        format,
        batchRows: flags.batch,
        onError: flags.onError,
        warn: (text) => terminal.note(inert(`warning: ${text}`)),
        onEnd: (report) => told.push(report),
        signal,
      });
      for await (const piece of text) await target.write(piece);
      await target.finish();
      for (const report of told) tell(terminal, report, named.label, flags.out);
    } catch (error) {
      await target.abandon();
      throw error;
    }
  } finally {
    terminal.clearLive();
    await pool.close();
  }
}

/** @throws PipelineError `USAGE` where `--json` and what is printed do not agree. */
function formatOf({ out, format }: PredictFlags, { json }: Terminal): PredictionFormat {
  if (out === undefined && json) {
    if (format === undefined || format === 'json') return 'json';
    throw new PipelineError('USAGE', `--json prints JSON alone, --format ${format} is none`, {
      remedy: 'leave out one of them, or write to a file with --out',
    });
  }
  const ending = out === undefined ? '' : path.extname(out).slice(1).toLowerCase();
  return format ?? PREDICTION_FORMATS.find((name) => name === ending) ?? 'csv';
}

/** @throws PipelineError `DATA_NOT_FOUND`, `DATA_INVALID` for what is no file to read. */
async function openSource({ file, cwd, signal }: Asked, terminal: Terminal) {
  if (file === '-') {
    const stdin = addAbortSignal(signal, terminal.io.stdin as Readable);
    return { name: 'standard input', chunks: progress(stdin, null, terminal) };
  }
  const absolute = path.resolve(cwd, file);
  try {
    const { size } = await stat(absolute);
    const stream = addAbortSignal(signal, createReadStream(absolute));
    await new Promise((resolve, reject) => stream.once('open', resolve).once('error', reject));
    return { name: file, chunks: progress(stream, size, terminal) };
  } catch (cause) {
    const isMissing = errnoOf(cause) === 'ENOENT';
    throw new PipelineError(
      isMissing ? 'DATA_NOT_FOUND' : 'DATA_INVALID',
      `${file} ${isMissing ? 'does not exist' : `cannot be read (${errnoOf(cause)})`}`,
      { remedy: 'name a CSV or JSON Lines file, or - for standard input', cause },
    );
  }
}

/** One line that is redrawn, where a person watches. */
async function* progress(
  chunks: AsyncIterable<Uint8Array>,
  size: number | null,
  terminal: Terminal,
): AsyncGenerator<Uint8Array> {
  let read = 0;
  for await (const chunk of chunks) {
    read += chunk.byteLength;
    const megabytes = `${(read / 1e6).toFixed(1)} MB`;
    terminal.live(
      size === null
        ? `${megabytes} read`
        : `${Math.floor((100 * read) / size)} % of ${(size / 1e6).toFixed(1)} MB read`,
    );
    yield chunk;
  }
}

function tell(
  terminal: Terminal,
  report: FileReport,
  label: string,
  out: string | undefined,
): void {
  const { rows, skipped, meanConfidence } = report;
  if (out !== undefined) terminal.result({ out, ...report });
  const counts = Object.entries(report.classes).map(([name, count]) => `${name} ${count}`);
  const shown = counts.length > 12 ? [...counts.slice(0, 12), '…'] : counts;
  const confidence =
    meanConfidence === null ? '' : `, mean confidence ${meanConfidence.toFixed(4)}`;
  terminal.note(inert(`${rows} rows predicted by ${label}: ${shown.join(', ')}${confidence}`));
  if (skipped.count === 0) return;
  const more = skipped.count > skipped.rows.length ? ', …' : '';
  terminal.note(`${skipped.count} rows left out (from 0): ${skipped.rows.join(', ')}${more}`);
}
