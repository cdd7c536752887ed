/** `modelwright status [RUN]`: all runs, or one with its steps. */
import type { Command } from 'commander';
import { pendingSteps } from '../temporal/pending-steps.ts';
import type { RunSummary } from '../temporal/runs.ts';
import { listRuns } from '../temporal/runs.ts';
import type { RunStatus } from '../workflows/run-state.ts';
import { isPipelineError } from '../errors.ts';
import { headline } from './follow.ts';
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
    .option('--limit <n>', 'list at most so many runs', Number, 20)
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

/** From Temporal; where none is up, the ended runs of this project. */
async function summaries(scene: Scene, limit: number): Promise<RunSummary[]> {
  try {
    return await withClient(scene, (client) => listRuns(client, { limit }));
  } catch (error) {
    if (!isPipelineError(error) || error.code !== 'TEMPORAL_UNREACHABLE') throw error;
    const kept = keptRuns(scene.stateFolder);
    if (kept.length === 0) throw error;
    scene.terminal.note(`${error.message}: only ended runs are listed`);
    return kept.slice(0, limit).map(summaryOfRecord);
  }
}

function summaryOfRecord({ run, state, startedAtMs, finishedAtMs }: RunStatus): RunSummary {
  const status = state === 'waiting-for-review' ? 'running' : state;
  return { ...run, status, startedAtMs, finishedAtMs };
}

const ago = (atMs: number) => `${seconds(Date.now() - atMs)} ago`;

function showRuns(terminal: Terminal, runs: readonly RunSummary[]): void {
  if (runs.length === 0) {
    return terminal.line('no runs yet: start one with `modelwright run pipelines/…yaml`');
  }
  terminal.table(
    ['run', 'pipeline', 'status', 'started', 'took', 'by'],
    runs.map((run) => [
      run.id,
      run.pipeline,
      run.status,
      ago(run.startedAtMs),
      seconds((run.finishedAtMs ?? Date.now()) - run.startedAtMs),
      run.submittedBy,
    ]),
  );
}

function showRun(
  terminal: Terminal,
  status: RunStatus,
  pending: readonly { id: string; attempt: number; lastFailure: string | null }[],
): void {
  const { run } = status;
  terminal.line(`${terminal.style('bold', run.id)}  ${status.state}`);
  terminal.line(`started ${ago(status.startedAtMs)} by ${inert(run.submittedBy)}`);
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
