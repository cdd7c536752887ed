/** `modelwright status [RUN]`: all runs, or one with its steps. */
import type { Command } from 'commander';
import { pendingSteps } from '../temporal/pending-steps.ts';
import { originText } from '../report/origin-text.ts';
import type { RunSummary } from '../temporal/runs.ts';
import { listRuns } from '../temporal/runs.ts';
import type { RunStatus } from '../workflows/run-state.ts';
import { isPipelineError } from '../errors.ts';
import { headline } from './follow.ts';
import { wholeNumber } from './number-option.ts';
import { anyRunStatus, keptRuns } from './run-records.ts';
import type { Terminal } from './terminal.ts';
import { inert, seconds } from './terminal.ts';
import type { Scene, Verb } from './verb.ts';
import { sceneOf, withClient } from './verb.ts';

export function addStatus(program: Command, verb: Verb): Command {
  return program
    .command('status')
    .description('list the runs, or show the steps of one')
    .argument('[run]', 'run id')
    .option('--limit <n>', 'list at most so many runs', wholeNumber({ most: 10_000 }), 20)
    .option('--json', 'print JSON alone on stdout')
    .action(async (id: string | undefined, options: { limit: number }, command) => {
      const scene = sceneOf(command as Command, verb);
      if (id === undefined) {
        const runs = await summaries(scene, options.limit);
        scene.terminal.result(runs);
        return showRuns(scene.terminal, runs);
      }
      const status = await anyRunStatus(scene, id);
      const pending =
        status.finishedAtMs === null
          ? await withClient(scene, (client) => pendingSteps(client, id))
          : [];
      scene.terminal.result({ ...status, pending });
      showRun(scene.terminal, status, pending);
    });
}

/**
 * From Temporal, and the ended runs of this project: Temporal forgets those after its retention
 * time, which is a day on a local server.
 */
async function summaries(scene: Scene, limit: number): Promise<RunSummary[]> {
  const kept = keptRuns(scene.stateFolder).map(summaryOfRecord);
  try {
    const known = await withClient(scene, (client) => listRuns(client, { limit }));
    const ids = new Set(known.map(({ id }) => id));
    return [...known, ...kept.filter(({ id }) => !ids.has(id))]
      .sort((a, b) => b.startedAtMs - a.startedAtMs)
      .slice(0, limit);
  } catch (error) {
    if (!isPipelineError(error) || error.code !== 'TEMPORAL_UNREACHABLE') throw error;
    if (kept.length === 0) throw error;
    scene.terminal.note(`${error.message}: only ended runs are listed`);
    return kept.slice(0, limit);
  }
}

function summaryOfRecord({ run, state, startedAtMs, finishedAtMs }: RunStatus): RunSummary {
  const isOpen = state === 'waiting-for-review' || state === 'queued';
  const status = isOpen ? 'running' : state;
  const { origin = { type: 'person' } } = run;
  return { ...run, origin, status, startedAtMs, finishedAtMs };
}

const ago = (atMs: number) => `${seconds(Date.now() - atMs)} ago`;

function showRuns(terminal: Terminal, runs: readonly RunSummary[]): void {
  if (runs.length === 0) {
    return terminal.line('no runs yet: start one with `modelwright run pipelines/…yaml`');
  }
  terminal.table(
    ['run', 'pipeline', 'status', 'started', 'took', 'started by'],
    runs.map((run) => [
      run.id,
      run.pipeline,
      run.status,
      ago(run.startedAtMs),
      seconds((run.finishedAtMs ?? Date.now()) - run.startedAtMs),
      originText(run),
    ]),
  );
}

function showRun(
  terminal: Terminal,
  status: RunStatus,
  pending: readonly { id: string; attempt: number; lastFailure: string | null }[],
): void {
  const { run } = status;
  terminal.line(`${terminal.style('bold', inert(run.id))}  ${status.state}`);
  terminal.line(`started ${ago(status.startedAtMs)} by ${inert(originText(run))}`);
  terminal.line(`plan ${run.planDigest.slice(0, 12)}\n`);
  terminal.table(
    ['step', 'uses', 'state', 'took', ''],
    status.steps.map((step) => {
      const attempt = pending.find(({ id }) => id === step.id);
      const again = attempt && attempt.attempt > 1 ? `attempt ${attempt.attempt}; ` : '';
      const before = attempt?.lastFailure ? `before: ${attempt.lastFailure}` : '';
      const took =
        step.startedAtMs === null
          ? ''
          : seconds((step.finishedAtMs ?? Date.now()) - step.startedAtMs);
      return [step.id, step.kind, step.state, took, `${headline(step)}${again}${before}`];
    }),
  );
  for (const gate of status.gates) {
    const open = gate.subjects.filter(({ outcome }) => outcome === 'open').length;
    const left =
      gate.state === 'open' ? `, ${seconds(Math.max(0, gate.deadlineMs - Date.now()))} left` : '';
    terminal.line(
      `\ngate ${gate.gateId}: ${gate.state}, ${open} of ${gate.subjects.length} items open${left}`,
    );
  }
  if (status.error) terminal.line(inert(`\n${status.error.message} [${status.error.code}]`));
}
