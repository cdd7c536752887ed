/** `modelwright run FILE`: compiles, starts, and with `--wait` follows the run. */
import type { Client } from '@temporalio/client';
import type { Command } from 'commander';
import { EXIT, PipelineError } from '../errors.ts';
import type { Plan } from '../plan/plan.ts';
import type { StartedRun } from '../temporal/runs.ts';
import { describeRun, isTakenUp, noWorker, startRun } from '../temporal/runs.ts';
import { TASK_QUEUE } from '../temporal/settings.ts';
import { followRun } from './follow.ts';
import { loadPlan } from './load-plan.ts';
import { inert } from './terminal.ts';
import type { Scene, Verb } from './verb.ts';
import { collectParam, sceneOf, userName, withClient } from './verb.ts';

export interface FollowOptions {
  readonly wait?: boolean;
  readonly throughReview?: boolean;
}

interface RunOptions extends FollowOptions {
  readonly param?: Record<string, string>;
  readonly id?: string;
  readonly cache?: boolean;
}

/** A run that no worker takes up in this time is reported; the person hears of it within 5 s. */
const TAKE_UP_MS = 3_500;

export function addRun(program: Command, verb: Verb): Command {
  return program
    .command('run')
    .description('start a run of a pipeline')
    .argument('<file>', 'pipeline file')
    .option('--param <name=value>', 'set a parameter; may be repeated', collectParam)
    .option('--wait', 'follow the run to its end, or to a review (exit code 4)')
    .option('--through-review', 'with --wait: go on waiting while people decide')
    .option('--no-cache', 'run every step, whatever results are kept, and keep the new ones')
    .option('--id <run>', 'id of the run; a run of the same plan with this id is joined')
    .option('--json', 'print JSON alone on stdout')
    .action(async (file: string, options: RunOptions, command) => {
      const scene = sceneOf(command as Command, verb);
      const plan = loadPlan(scene, file, options.param);
      await withClient(scene, async (client) => {
        const submittedBy = userName(verb.io.env);
        const started = await startRun(client, {
          plan,
          submittedBy,
          ...(options.cache === false ? { cache: 'refresh' as const } : {}),
          ...(options.id === undefined ? {} : { runId: options.id }),
        });
        await announceRun(scene, client, { ...started, plan }, { verb, options });
      });
    });
}

/** Says that a run was started or joined, and follows it where that is asked for. */
export async function announceRun(
  scene: Scene,
  client: Client,
  { id, fresh, plan }: StartedRun & { readonly plan: Plan },
  { verb, options }: { readonly verb: Verb; readonly options: FollowOptions },
): Promise<void> {
  if (!fresh) await requireSamePlan(client, id, plan);
  scene.terminal.line(inert(`${fresh ? 'started' : 'joined'} ${id}`));
  await warnWithoutWorker(scene, client, id);
  if (options.wait) verb.finish(await wait(scene, client, id, options));
  else scene.terminal.result({ run: id, planDigest: plan.digest });
}

/** Joining what runs something else would report another pipeline's end as this one's. */
async function requireSamePlan(client: Client, id: string, plan: Plan): Promise<void> {
  const { pipeline, planDigest } = await describeRun(client, id);
  if (planDigest === plan.digest) return;
  throw new PipelineError(
    'USAGE',
    `there is a run "${id}" already, of another plan (${pipeline})`,
    {
      remedy:
        'choose another --id: the file or the parameters are not what that run was started with',
    },
  );
}

async function warnWithoutWorker({ terminal }: Scene, client: Client, id: string): Promise<void> {
  if (await isTakenUp(client, id, TAKE_UP_MS)) return;
  terminal.error(noWorker(TASK_QUEUE));
}

async function wait(
  scene: Scene,
  client: Client,
  id: string,
  options: FollowOptions,
): Promise<number> {
  const status = await followRun(scene, client, id, {
    throughReview: options.throughReview === true,
  });
  scene.terminal.result(status);
  if (status.state === 'waiting-for-review') return EXIT.waitingForReview;
  return status.state === 'succeeded' ? EXIT.ok : EXIT.runFailed;
}
