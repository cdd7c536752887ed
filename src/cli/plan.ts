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
    terminal.line(inert(`  ${name} = ${JSON.stringify(value)}`));
  }
  for (const line of settingsOf(plan)) terminal.line(inert(line));
  terminal.line();
  const level = levels(plan.steps);
  const skipped = skippedSteps(plan.steps);
  const row = (wave: string, step: PlanStep): string[] => [
    ...[wave, step.id, step.kind, waitsFor(step), String(step.retry.attempts)],
    ...[seconds(step.timeoutMs), inert(extrasOf(step, skipped).join('; ')) || '–'],
  ];
  terminal.table(
    ['wave', 'step', 'uses', 'needs', 'attempts', 'timeout', 'how'],
    [
      ...plan.steps.map((step) => row(String(level.get(step.id)), step)),
      ...(plan.onFailure ?? []).map((step) => row('on failure', step)),
      ...(plan.finally ?? []).map((step) => row('finally', step)),
    ],
  );
  const gates = allSteps(plan).filter(({ kind }) => kind === 'human-review');
  if (gates.length > 0) {
    terminal.line(`\nwaits for people at: ${gates.map(({ id }) => id).join(', ')}`);
  }
}

const allSteps = ({ steps, onFailure = [], finally: last = [] }: Plan): readonly PlanStep[] => [
  ...steps,
  ...onFailure,
  ...last,
];

function settingsOf(plan: Plan): readonly string[] {
  const { concurrency, priority, fairness, secrets = {}, pipelines = {} } = plan;
  const places = Object.entries(secrets).map(([name, from]) =>
    'env' in from ? `${name} (variable ${from.env})` : `${name} (file ${from.file})`,
  );
  return [
    ...(concurrency
      ? [
          `at once: ${concurrency.limit} in group ${concurrency.group}, else ${concurrency.whenBusy}`,
        ]
      : []),
    ...(priority === undefined ? [] : [`priority: ${priority}`]),
    ...(fairness === undefined ? [] : [`takes turns as: ${fairness}`]),
    ...(places.length > 0 ? [`secrets: ${places.join(', ')}`] : []),
    ...Object.keys(pipelines).map((file) => `runs: ${file}`),
  ];
}

const waitsFor = ({ needs, after = [] }: PlanStep): string =>
  [...needs, ...after.map((id) => `(${id})`)].join(', ') || '–';

/** What is special about a step, in a few words each. */
function extrasOf(step: PlanStep, skipped: ReadonlySet<string>): readonly string[] {
  const { when, foreach, repeat, onFailure, compensate, runsOn, cache } = step;
  const over = foreach && ('matrix' in foreach.over ? Object.keys(foreach.over.matrix) : ['items']);
  return [
    ...(skipped.has(step.id) ? ['skipped'] : when === undefined ? [] : [`when ${when}`]),
    ...(foreach && over ? [`for each of ${over.join('×')}, ${foreach.parallel} at once`] : []),
    ...(repeat ? [`until ${repeat.until}, ${repeat.max} times at most`] : []),
    ...(onFailure === 'continue' ? ['may fail'] : []),
    ...(compensate ? [`undone by ${compensate.kind}`] : []),
    ...(runsOn === undefined ? [] : [`on ${runsOn}`]),
    ...(cache === false ? ['never from the cache'] : []),
  ];
}

/** With these parameters: the condition is false, or a step is needed of which it is. */
function skippedSteps(steps: readonly PlanStep[]): ReadonlySet<string> {
  const skipped = new Set<string>();
  for (const { id, when, needs } of steps) {
    if (when === 'false' || needs.some((need) => skipped.has(need))) skipped.add(id);
  }
  return skipped;
}

/** The earliest wave a step can run in: one more than the latest of what it waits for. */
function levels(steps: readonly PlanStep[]): ReadonlyMap<string, number> {
  const level = new Map<string, number>();
  for (const { id, needs, after = [] } of steps) {
    level.set(id, 1 + Math.max(0, ...[...needs, ...after].map((need) => level.get(need) ?? 0)));
  }
  return level;
}
