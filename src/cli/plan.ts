/** `modelwright plan FILE`: what would run, in which order, with which settings, and what is kept. */
import type { Command } from 'commander';
import type { StepForecast } from '../activities/cache/forecast.ts';
import type { Plan, PlanStep } from '../plan/plan.ts';
import { forecastPlan, forecastText } from './cache-forecast.ts';
import { loadPlan } from './load-plan.ts';
import { renderMermaid } from './plan-mermaid.ts';
import type { ChangesSinceLastRun, SideEffect } from './plan-outlook.ts';
import { changeLines, changesSinceLastRun, sideEffectsOf } from './plan-outlook.ts';
import { inert, seconds } from './terminal.ts';
import type { Scene, Verb } from './verb.ts';
import { collectParam, sceneOf } from './verb.ts';

interface PlanOptions {
  readonly param?: Record<string, string>;
  readonly mermaid?: boolean;
}

export function addPlan(program: Command, verb: Verb): Command {
  return program
    .command('plan')
    .description('show what a pipeline would do, without running it')
    .argument('<file>', 'pipeline file')
    .option('--param <name=value>', 'set a parameter; may be repeated', collectParam)
    .option('--mermaid', 'print the steps as a Mermaid flow chart, and nothing else')
    .option('--json', 'print JSON alone on stdout')
    .action(async (file: string, options: PlanOptions, command) => {
      const scene = sceneOf(command as Command, verb);
      const plan = loadPlan(scene, file, options.param);
      if (options.mermaid) {
        const mermaid = renderMermaid(plan);
        scene.terminal.result({ mermaid });
        return scene.terminal.line(inert(mermaid).trimEnd());
      }
      const forecasts = await forecastPlan(scene, plan);
      const sideEffects = sideEffectsOf(plan);
      const changes = changesSinceLastRun(scene.stateFolder, plan);
      scene.terminal.result({ ...plan, forecast: forecasts, sideEffects, changes });
      showPlan(scene, plan, forecasts);
      showSideEffects(scene, sideEffects);
      if (changes !== null) showChanges(scene, changes);
    });
}

function showPlan({ terminal }: Scene, plan: Plan, forecasts: readonly StepForecast[]): void {
  terminal.line(`${terminal.style('bold', plan.pipeline)}  plan ${plan.digest.slice(0, 12)}`);
  if (plan.description) terminal.line(inert(plan.description));
  for (const [name, value] of Object.entries(plan.params)) {
    terminal.line(inert(`  ${name} = ${JSON.stringify(value)}`));
  }
  for (const line of settingsOf(plan)) terminal.line(inert(line));
  terminal.line();
  const level = levels(plan.steps);
  const nowMs = Date.now();
  const cached = new Map(forecasts.map((found) => [found.step, forecastText(found, nowMs)]));
  const skipped = skippedSteps(plan.steps);
  const row = (step: PlanStep): string[] => [
    ...describe(step),
    inert(extrasOf(step, skipped).join('; ')) || '–',
  ];
  terminal.table(
    ['wave', 'step', 'uses', 'needs', 'attempts', 'timeout', 'how', 'cached'],
    plan.steps.map((step) => [String(level.get(step.id)), ...row(step), cached.get(step.id) ?? '']),
  );
  for (const [title, steps] of [
    ['on failure', plan.onFailure ?? []],
    ['finally', plan.finally ?? []],
  ] as const) {
    if (steps.length === 0) continue;
    terminal.line();
    terminal.table([title, 'uses', 'needs', 'attempts', 'timeout', 'how'], steps.map(row));
  }
}

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

function describe({ id, kind, needs, after = [], retry, timeoutMs }: PlanStep): string[] {
  const waits = [...needs, ...after.map((step) => `end of ${step}`)].join(', ') || '–';
  return [id, kind, waits, String(retry.attempts), seconds(timeoutMs)];
}

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
    level.set(id, 1 + Math.max(0, ...[...needs, ...after].map((step) => level.get(step) ?? 0)));
  }
  return level;
}

function showSideEffects({ terminal }: Scene, all: readonly SideEffect[]): void {
  const gates = all.filter(({ kind }) => kind === 'human-review').map(({ step }) => step);
  if (gates.length > 0) terminal.line(`\nwaits for people at: ${gates.join(', ')}`);
  const others = all.filter(({ kind }) => kind !== 'human-review');
  if (others.length === 0) return;
  terminal.line('\ndoes outside the store:');
  for (const { step, effect, only } of others) {
    terminal.line(`  ${step} ${effect}${only ? ` (${only})` : ''}`);
  }
}

function showChanges({ terminal }: Scene, changes: ChangesSinceLastRun): void {
  const ago = seconds(Date.now() - changes.startedAtMs);
  terminal.line(inert(`\nsince the last run, ${changes.run}, started ${ago} ago:`));
  for (const line of changeLines(changes)) terminal.line(`  ${oneLine(line)}`);
}

/** A text with line breaks could pass itself off as another change. */
const oneLine = (text: string): string => inert(text).replaceAll(/[\n\t]+/g, ' ');
