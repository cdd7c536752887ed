/** Following a run: each step's turns as lines, its live progress as one line that is redrawn. */
import type { Client } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import { isPipelineError } from '../errors.ts';
import { foreachOutputs } from '../foreach-outputs.ts';
import type { Json, JsonObject } from '../json.ts';
import { isJsonObject } from '../json.ts';
import { isConnectionLost } from '../temporal/connection.ts';
import { describeRun, runStatus } from '../temporal/runs.ts';
import type { PendingStep } from '../temporal/pending-steps.ts';
import { pendingSteps } from '../temporal/pending-steps.ts';
import type { GateStatus, RunStatus, StepStatus } from '../workflows/run-state.ts';
import type { Terminal } from './terminal.ts';
import { inert, seconds } from './terminal.ts';
import type { Scene } from './verb.ts';

const POLL_MS = 300;
const trainingLine = ({ epochs, metrics }: JsonObject): string =>
  isJsonObject(metrics)
    ? `${word(epochs)} epochs, validation accuracy ${figure(metrics['validationAccuracy'])}`
    : '';

/** A step's line says what matters most of its outputs, not all of them. */
const HEADLINES: Readonly<Record<string, (outputs: JsonObject) => string>> = {
  dataset: ({ rows }) => (isJsonObject(rows) ? `${sum(rows)} rows` : ''),
  architect: ({ parameters }) => `${word(parameters)} parameters`,
  search: ({ candidates, score, parameters }) =>
    `best of ${word(candidates)}: ${figure(score)} on the validation part, ${word(parameters)} parameters`,
  import: ({ format, parameters }) =>
    `${word(format)}, ${parameters === null ? 'to answer alone' : `${word(parameters)} parameters`}`,
  train: trainingLine,
  transfer: trainingLine,
  fuse: ({ fused, beatsBestMember }) =>
    isJsonObject(fused)
      ? `validation accuracy ${figure(fused['accuracy'])}${beatsBestMember === true ? '' : ', no better than its best member'}`
      : '',
  calibrate: ({ temperature, expectedCalibrationError: ece }) =>
    isJsonObject(ece)
      ? `temperature ${figure(temperature)}, expected calibration error ${figure(ece['before'])} → ${figure(ece['after'])}`
      : '',
  predict: ({ rows, accuracy, flaggedRows, meanConfidence }) =>
    meanConfidence === undefined
      ? `accuracy ${figure(accuracy)}, ${word(flaggedRows)} rows flagged`
      : `${word(rows)} rows, mean confidence ${figure(meanConfidence)}`,
  explain: ({ rows, method, largestError }) =>
    `${word(rows)} rows by ${word(method)}, largest error ${figure(largestError, 6)}`,
  visualize: ({ count }) => `${word(count)} pictures`,
  audit: ({ status, accuracy }) =>
    isJsonObject(accuracy)
      ? `${word(status)}: accuracy ${figure(accuracy['value'])} (${figure(accuracy['low'])}–${figure(accuracy['high'])})`
      : '',
  drift: ({ verdict, driftedColumns, compared, statistic }) =>
    `${word(verdict)}: ${word(driftedColumns)} of ${word(compared)} columns by ${word(statistic)}`,
  'human-review': ({ approved, rejected, relabelled }) =>
    `${word(approved)} approved, ${word(rejected)} rejected, ${word(relabelled)} relabelled`,
  compare: ({ verdict, difference, pValue, productionVersion }) =>
    isJsonObject(difference)
      ? `${word(verdict)}: accuracy ${signed(difference['value'])} (${signed(difference['low'])} to ${signed(difference['high'])}) against version ${word(productionVersion)}, p = ${figure(pValue, 3)}`
      : word(verdict),
  promote: ({ name, version, alias, promoted, reason }) =>
    promoted === false ? word(reason) : `${word(name)} version ${word(version)} is ${word(alias)}`,
};

const sum = (counts: JsonObject) =>
  Object.values(counts).reduce((a: number, b) => a + Number(b), 0);
const word = (value: Json | undefined): string =>
  typeof value === 'string' ? value : JSON.stringify(value ?? null);
const figure = (value: Json | undefined, digits = 4) =>
  typeof value === 'number' ? value.toFixed(digits) : '–';

const signed = (value: Json | undefined): string =>
  `${typeof value === 'number' && value > 0 ? '+' : ''}${figure(value)}`;

export function headline(step: StepStatus): string {
  if (step.error) return `${step.error.message} [${step.error.code}]`;
  const text = summary(step);
  const source = step.cachedFrom ? `done by run ${step.cachedFrom.run}` : '';
  return [text, source].filter((part) => part !== '').join('; ');
}

function summary({ kind, outputs, items }: StepStatus): string {
  if (!outputs) return '';
  const ended = foreachOutputs(outputs);
  if (!items && !ended) return HEADLINES[kind]?.(outputs) ?? '';
  const { succeeded = 0, failed = 0 } = items ?? ended ?? {};
  const total = items?.total ?? succeeded + failed;
  return failed === 0 ? `${total} items` : `${succeeded} of ${total} items succeeded`;
}

/**
 * Prints what happens until the run ends or, unless `throughReview`, waits for people alone.
 *
 * Survives a worker or server that goes away: it says so once and goes on asking.
 *
 * @returns the last status, or `null` if `signal` ended the watch.
 */
export async function followRun(
  scene: Scene,
  client: Client,
  id: string,
  options: { throughReview: true; signal: AbortSignal },
): Promise<RunStatus | null>;
export async function followRun(
  scene: Scene,
  client: Client,
  id: string,
  options: { throughReview: boolean },
): Promise<RunStatus>;
export async function followRun(
  scene: Scene,
  client: Client,
  id: string,
  { throughReview, signal }: { throughReview: boolean; signal?: AbortSignal },
): Promise<RunStatus | null> {
  const { terminal } = scene;
  const printer = new RunPrinter(terminal);
  for (;;) {
    const look = await askPatiently(() => lookAt(terminal, client, id), terminal, signal);
    if (look === null) return null;
    const { status, ended, pending } = look;
    if (ended) {
      printer.end(status);
      return status;
    }
    printer.show(status);
    const othersRun = status.steps.some(({ state }) => state === 'running');
    if (status.state === 'waiting-for-review' && !othersRun && !throughReview) return status;
    printer.progress(pending);
    await sleep(POLL_MS);
  }
}

interface Look {
  readonly status: RunStatus;
  /** Temporal knows the end too, not only the workflow. */
  readonly ended: boolean;
  /** Only where a person watches. */
  readonly pending: readonly PendingStep[];
}

async function lookAt(terminal: Terminal, client: Client, id: string): Promise<Look> {
  const status = await runStatus(client, id);
  if (status.finishedAtMs !== null && (await describeRun(client, id)).status !== 'running') {
    return { status: await runStatus(client, id), ended: true, pending: [] };
  }
  const pending = terminal.isInteractive ? await pendingSteps(client, id) : [];
  return { status, ended: false, pending };
}

async function askPatiently<Answer>(
  ask: () => Promise<Answer>,
  terminal: Terminal,
  signal?: AbortSignal,
): Promise<Answer | null> {
  for (let said = false; ; said = true) {
    if (signal?.aborted) return null;
    try {
      return await ask();
    } catch (error) {
      // The connection is closed under a watch that has ended.
      if (signal?.aborted) return null;
      if (isPipelineError(error) && error.code === 'RUN_NOT_FOUND') throw error;
      const passing = isPipelineError(error) ? error.code === 'NO_WORKER' : isConnectionLost(error);
      if (!passing) throw error;
      if (!said) terminal.note(`waiting: ${(error as Error).message}`);
      await sleep(1_000);
    }
  }
}

class RunPrinter {
  private readonly terminal: Terminal;
  private readonly shown = new Map<string, string>();

  constructor(terminal: Terminal) {
    this.terminal = terminal;
  }

  show(status: RunStatus): void {
    for (const step of status.steps) {
      if (this.shown.get(step.id) === step.state) continue;
      this.shown.set(step.id, step.state);
      if (step.state !== 'pending') this.step(step);
      const gate = status.gates.find(({ gateId }) => gateId === step.id);
      if (step.state === 'waiting' && gate) this.gate(status.run.id, gate);
    }
  }

  private step(step: StepStatus): void {
    const MARKS = {
      running: ['cyan', '▶'],
      waiting: ['yellow', '⏸'],
      succeeded: ['green', '✓'],
      failed: ['red', '✗'],
      skipped: ['dim', '–'],
      cancelled: ['dim', '–'],
      pending: ['dim', '·'],
    } as const;
    const [style, mark] = MARKS[step.state];
    const took =
      step.finishedAtMs !== null && step.startedAtMs !== null
        ? this.terminal.style('dim', ` ${seconds(step.finishedAtMs - step.startedAtMs)}`)
        : '';
    const text = inert(headline(step));
    this.terminal.line(
      `${this.terminal.style(style, mark)} ${step.id} ${this.terminal.style('dim', step.state)}${took}${text ? `  ${text}` : ''}`,
    );
  }

  private gate(runId: string, gate: GateStatus): void {
    const { terminal } = this;
    const open = gate.subjects.filter(({ outcome }) => outcome === 'open');
    const first = open[0]?.id ?? '';
    const left = seconds(gate.deadlineMs - Date.now());
    terminal.line();
    terminal.line(
      terminal.style('bold', `${open.length} predictions wait for a person`) +
        ` (gate ${gate.gateId}; after ${left} undecided items: ${gate.onTimeout})`,
    );
    terminal.line('In a second terminal, in this folder:');
    terminal.line(`  npx modelwright review                  walk through them`);
    terminal.line(`  npx modelwright review list`);
    terminal.line(`  npx modelwright review show ${first}`);
    terminal.line(
      `  npx modelwright review decide ${first} --verdict approve --reviewer ${'$USER'}`,
    );
    terminal.line(terminal.style('dim', `  run ${inert(runId)}`));
    terminal.line();
  }

  progress(pending: readonly PendingStep[]): void {
    const parts = pending.map(({ id, attempt, progress }) => {
      const again = attempt > 1 ? ` (attempt ${attempt})` : '';
      return `${id}${again}${progressText(progress)}`;
    });
    if (parts.length > 0) this.terminal.live(inert(parts.join('  ·  ')));
  }

  end(status: RunStatus): void {
    this.show(status);
    const { terminal } = this;
    const style = status.state === 'succeeded' ? 'green' : 'red';
    const took = seconds((status.finishedAtMs ?? Date.now()) - status.startedAtMs);
    terminal.line();
    terminal.line(`${terminal.style(style, status.state)} ${inert(status.run.id)} in ${took}`);
    if (status.error) {
      terminal.line(inert(`  ${status.error.message} [${status.error.code}]`));
    }
    for (const [name, value] of Object.entries(status.outputs ?? {})) {
      terminal.line(inert(`  ${name} = ${JSON.stringify(value)}`));
    }
    if (status.report) {
      terminal.line(
        inert(`  report, pictures and models: npx modelwright artifacts get ${status.run.id}`),
      );
    }
  }
}

const BAR_CELLS = 12;

function progressText(progress: Json): string {
  if (!isJsonObject(progress)) return '';
  const { epoch, epochs, loss } = progress;
  if (typeof epoch !== 'number' || typeof epochs !== 'number') return '';
  const full = Math.round((BAR_CELLS * Math.min(epoch, epochs)) / epochs);
  const bar = '█'.repeat(full) + '░'.repeat(BAR_CELLS - full);
  const tail = typeof loss === 'number' ? ` loss ${loss.toFixed(4)}` : '';
  return ` ${bar} ${epoch}/${epochs}${tail}`;
}
