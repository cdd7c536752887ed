/**
 * `modelwright rerun RUN`: the same plan again, from a step on, or what did not succeed. What was
 * done before is taken over from that run.
 */
import type { Command } from 'commander';
import { suggest } from '../did-you-mean.ts';
import { PipelineError } from '../errors.ts';
import { withDownstream } from '../plan/downstream.ts';
import type { Plan } from '../plan/plan.ts';
import { startRun } from '../temporal/runs.ts';
import type { RunStatus } from '../workflows/run-state.ts';
import { readRunPlan, readRunRecord } from './run-records.ts';
import type { FollowOptions } from './run.ts';
import { announceRun } from './run.ts';
import { inert } from './terminal.ts';
import type { Scene, Verb } from './verb.ts';
import { sceneOf, userName, withClient } from './verb.ts';

interface RerunOptions extends FollowOptions {
  readonly from?: string[];
  readonly failed?: boolean;
  readonly id?: string;
}

export function addRerun(program: Command, verb: Verb): Command {
  return program
    .command('rerun')
    .description('run the plan of an ended run again, and take over what need not run')
    .argument('<run>', 'id of an ended run')
    .option('--from <step...>', 'run these steps and all that stand on them')
    .option('--failed', 'run what did not succeed, and all that stands on it')
    .option('--wait', 'follow the run to its end, or to a review (exit code 4)')
    .option('--through-review', 'with --wait: go on waiting while people decide')
    .option('--id <run>', 'id of the new run')
    .option('--json', 'print JSON alone on stdout')
    .action(async (run: string, options: RerunOptions, command) => {
      const scene = sceneOf(command as Command, verb);
      const { plan, status } = endedRun(scene, run);
      const again = new Set(stepsToRun(plan, status, options));
      const steps = succeededIn(status).filter((id) => !again.has(id));
      await withClient(scene, async (client) => {
        const started = await startRun(client, {
          plan,
          submittedBy: userName(verb.io.env),
          reuse: { run, steps },
          ...(status.run.commit === undefined ? {} : { commit: status.run.commit }),
          // Who names a step wants it to run; who repeats a failure wants it to pass.
          ...(options.from ? { cache: 'refresh' as const } : {}),
          ...(options.id === undefined ? {} : { runId: options.id }),
        });
        const { terminal } = scene;
        terminal.note(inert(`taking over ${steps.join(', ') || 'nothing'} from ${run}`));
        await announceRun(scene, client, { ...started, plan }, { verb, options });
      });
    });
}

function endedRun(scene: Scene, run: string): { plan: Plan; status: RunStatus } {
  const status = readRunRecord(scene.stateFolder, run);
  const plan = readRunPlan(scene.stateFolder, run);
  if (status && plan) return { plan, status };
  throw new PipelineError('RUN_NOT_FOUND', `no ended run "${run}" has left its record here`, {
    remedy: '`modelwright status` lists the runs; an open one must end, or be cancelled, first',
  });
}

function stepsToRun(plan: Plan, status: RunStatus, options: RerunOptions): readonly string[] {
  const { from, failed } = options;
  if ((from !== undefined) === (failed === true)) {
    throw new PipelineError('USAGE', 'say what to run: --from STEP or --failed');
  }
  if (from)
    return withDownstream(
      plan,
      from.map((id) => knownStep(plan, id)),
    );
  const succeeded = succeededIn(status);
  const open = plan.steps.map(({ id }) => id).filter((id) => !succeeded.includes(id));
  const again = withDownstream(plan, open);
  if (again.length > 0) return again;
  throw new PipelineError('USAGE', `every step of ${status.run.id} succeeded`, {
    remedy: 'run a part of it again with --from STEP',
  });
}

/** Steps of the pipeline itself: what undid them or cleared up belongs to that run. */
const succeededIn = ({ steps }: RunStatus): readonly string[] =>
  steps.flatMap(({ id, state, phase }) => (state === 'succeeded' && !phase ? [id] : []));

function knownStep(plan: Plan, id: string): string {
  const ids = plan.steps.map((step) => step.id);
  if (ids.includes(id)) return id;
  throw new PipelineError('USAGE', `the run has no step "${id}"`, {
    remedy: suggest(id, ids, 'steps'),
  });
}
