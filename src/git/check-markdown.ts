/** A check of a commit as Markdown, for the comment of a pull request. */
import { renderError, PipelineError } from '../errors.ts';
import type { RunSummary } from '../temporal/runs.ts';
import type { ChangedPipeline, CheckReport } from './check-commit.ts';
import { shownPath } from './pipeline-label.ts';
import type { ChangedValue, PlanDiff } from './plan-diff.ts';

/** @param openRuns  `null` where no server was asked. */
export function renderCheck(report: CheckReport, openRuns: readonly RunSummary[] | null): string {
  const { base, head, added, removed, changed, unchanged, broken } = report;
  const counts = [
    `${added.length} added`,
    `${changed.length} changed`,
    `${removed.length} removed`,
    `${broken.length} broken`,
    `${unchanged} unchanged`,
  ];
  return [
    '## Pipelines',
    `${code(base.slice(0, 12))} … ${code(head.slice(0, 12))}: ${counts.join(', ')}`,
    ...broken.flatMap(({ file, errors }) => [
      `### ✗ ${code(file)} is broken`,
      errors
        .map(({ code: id, message, ...rest }) => new PipelineError(id, message, rest))
        .map((error) => `- ${code(renderError(error))}`)
        .join('\n'),
    ]),
    ...changed.flatMap(renderChanged),
    ...added.map(
      ({ name, file }) => `### Added ${code(name)} (${code(file)})\n\nAll its steps are new.`,
    ),
    ...removed.map(
      ({ name, file }) =>
        `### Removed ${code(name)} (${code(file)})\n\nIts registration and schedules are retired; runs that are open go on.`,
    ),
    renderReplay(report, openRuns),
  ]
    .join('\n\n')
    .concat('\n');
}

function renderChanged({ name, file, from, diff, triggers }: ChangedPipeline): string[] {
  return [
    `### Changed ${code(name)} (${code(file)}${from === null ? '' : `, was ${code(from)}`})`,
    ...(triggers ? ['`on` changed: what starts its runs is another.'] : []),
    ...(diff
      ? renderDiff(diff)
      : ['Every run gives parameters of its own, so there are no plans to compare.']),
  ];
}

function renderDiff(diff: PlanDiff): string[] {
  const { params, settings, added, removed, changed, outputs, affected } = diff;
  const steps = [
    ...added.map(({ id, kind }) => `- added ${code(id)} (${kind})`),
    ...removed.map(({ id, kind }) => `- removed ${code(id)} (${kind})`),
    ...changed.map(({ step }) => `- changed ${code(step.id)} (${step.kind})`),
  ];
  const values = changed.flatMap(({ step, values: changes }) =>
    changes.map((value) => ({ ...value, path: `${step.id}: ${value.path}` })),
  );
  const isSame = params.length + settings.length + steps.length + outputs.length === 0;
  return [
    ...(isSame ? ['The plan is the same.'] : []),
    ...table('Parameter', params),
    ...table('Pipeline', settings),
    ...(steps.length > 0 ? [steps.join('\n')] : []),
    ...table('Setting', values),
    ...table('Output', outputs),
    affected.length === 0
      ? 'No step gives another result.'
      : `Results that may change: ${affected.map(code).join(', ')}. ` +
        'The others are taken from earlier runs where these kept them.',
  ];
}

function table(title: string, values: readonly ChangedValue[]): string[] {
  if (values.length === 0) return [];
  const rows = values.map(({ path, before, after }) => [code(path), cell(before), cell(after)]);
  const lines = [[title, 'before', 'after'], ['---', '---', '---'], ...rows];
  return [lines.map((line) => `| ${line.join(' | ')} |`).join('\n')];
}

const LONGEST_VALUE = 200;
const cell = (value: string | null): string =>
  value === null ? '–' : code(value.slice(0, LONGEST_VALUE)).replaceAll('|', '\\|');

/** A code span for any text: nothing in it can end it or start something else. */
function code(text: string): string {
  const plain = shownPath(text);
  const longest = Math.max(0, ...[...plain.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = longest > 0 ? ' ' : '';
  return `${fence}${pad}${plain}${pad}${fence}`;
}

function renderReplay(report: CheckReport, openRuns: readonly RunSummary[] | null): string {
  const names = new Set([...report.changed, ...report.removed].map(({ name }) => name));
  const open = openRuns?.filter(({ pipeline }) => names.has(pipeline)) ?? [];
  const said =
    openRuns === null
      ? 'No server was asked for open runs.'
      : open.length === 0
        ? 'No run of these pipelines is open.'
        : `They go on with the plan they started with:\n\n${open
            .slice(0, 50)
            .map(({ id, planDigest }) => `- ${code(id)}, plan ${code(planDigest.slice(0, 12))}`)
            .join('\n')}`;
  return `### Replay\n\nSafe: a run carries its whole plan as its input, so no commit changes an open run or its replay. ${said}`;
}
