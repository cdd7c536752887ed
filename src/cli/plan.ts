/** `modelwright plan FILE`: what would run, in which order, with which settings. */
import type { Command } from 'commander';
import type { Plan, PlanStep } from '../plan/plan.ts';
import { loadPlan } from './load-plan.ts';
import { inert, seconds } from './terminal.ts';
import type { Scene, Verb } from './verb.ts';
import { collectParam, sceneOf } from './verb.ts';

export function addPlan(program: Command, verb: Verb): Command {
  return program
    .command('plan')
    .description('show what a pipeline would do, without running it')
    .argument('<file>', 'pipeline file')
    .option('--param <name=value>', 'set a parameter; may be repeated', collectParam)
    .option('--json', 'print JSON alone on stdout')
    .action((file: string, options: { param?: Record<string, string> }, command) => {
      const scene = sceneOf(command as Command, verb);
      const plan = loadPlan(scene, file, options.param);
      scene.terminal.result(plan);
      showPlan(scene, plan);
    });
}

function showPlan({ terminal }: Scene, plan: Plan): void {
  terminal.line(`${terminal.style('bold', plan.pipeline)}  plan ${plan.digest.slice(0, 12)}`);
  if (plan.description) terminal.line(inert(plan.description));
  for (const [name, value] of Object.entries(plan.params)) {
    terminal.line(`  ${name} = ${JSON.stringify(value)}`);
  }
  terminal.line();
  const level = levels(plan.steps);
  terminal.table(
    ['wave', 'step', 'uses', 'needs', 'attempts', 'timeout'],
    plan.steps.map((step) => [
      String(level.get(step.id)),
      step.id,
      step.kind,
      step.needs.join(', ') || '–',
      String(step.retry.attempts),
      seconds(step.timeoutMs),
    ]),
  );
  const gates = plan.steps.filter(({ kind }) => kind === 'human-review').map(({ id }) => id);
  if (gates.length > 0) terminal.line(`\nwaits for people at: ${gates.join(', ')}`);
}

/** The earliest wave a step can run in: one more than the latest of what it needs. */
function levels(steps: readonly PlanStep[]): ReadonlyMap<string, number> {
  const level = new Map<string, number>();
  for (const { id, needs } of steps) {
    level.set(id, 1 + Math.max(0, ...needs.map((need) => level.get(need) ?? 0)));
  }
  return level;
}
