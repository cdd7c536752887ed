/** A plan as a Mermaid flow chart, for a README or a pull request. Pure. */
import { sideEffectOf } from '../activities/cache/cacheable-kinds.ts';
import type { Plan, PlanStep } from '../plan/plan.ts';

/** Dotted arrows are waits for a step's end, however it ends. */
export function renderMermaid(plan: Plan): string {
  return [
    'flowchart TD',
    ...chart(plan.steps, '  '),
    ...group('onFailure', 'on failure', plan.onFailure),
    ...group('finally', 'finally', plan.finally),
    '',
  ].join('\n');
}

function group(id: string, title: string, steps: readonly PlanStep[] = []): string[] {
  if (steps.length === 0) return [];
  return [`  subgraph ${nameOf(id)}_group["${title}"]`, ...chart(steps, '    '), '  end'];
}

function chart(steps: readonly PlanStep[], indent: string): string[] {
  const own = new Set(steps.map(({ id }) => id));
  const arrows = steps.flatMap(({ id, needs, after = [] }) => [
    ...needs.map((need) => [need, '-->', id] as const),
    ...after.map((need) => [need, '-.->', id] as const),
  ]);
  return [
    ...steps.map((step) => indent + nodeOf(step)),
    // A step of `onFailure` may name one of the run; the arrow would pull that into its box.
    ...arrows
      .filter(([from]) => own.has(from))
      .map(([from, arrow, to]) => `${indent}${nameOf(from)} ${arrow} ${nameOf(to)}`),
  ];
}

/** People are asked in a hexagon; what acts outside the store has double sides. */
function nodeOf({ id, kind, foreach, repeat, when }: PlanStep): string {
  const marks = [
    ...(foreach ? ['for each'] : []),
    ...(repeat ? ['repeated'] : []),
    ...(when === undefined ? [] : ['maybe']),
  ];
  const label = [id, [kind, ...marks].join(', ')].join('<br/>');
  if (kind === 'human-review') return `${nameOf(id)}{{"${label}"}}`;
  return sideEffectOf(kind) === null ? `${nameOf(id)}["${label}"]` : `${nameOf(id)}[["${label}"]]`;
}

/** Mermaid has words of its own, such as `end`, which are valid step ids. */
const nameOf = (id: string): string => `s_${id}`;
