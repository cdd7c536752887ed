/** What syncs and applies say to a person. */
import type { SyncReport } from '../git/sync-report.ts';
import { renderError, PipelineError } from '../errors.ts';
import type { Terminal } from './terminal.ts';
import { inert } from './terminal.ts';

/** File names may hold line breaks: each message stays on its line. */
const oneLine = (text: string) => inert(text).replaceAll(/[\n\t]+/g, ' ');

export function showSync(terminal: Terminal, report: SyncReport): void {
  const { repository, ref, commit, author, subject, unchanged } = report;
  const what = commit === null ? 'deleted' : `${commit.slice(0, 12)} by ${author}: ${subject}`;
  terminal.line(oneLine(`${repository} ${ref ?? ''} ${what}`));
  showChanges(terminal, report);
  for (const { pipeline, id, fresh } of report.runs) {
    terminal.line(oneLine(`  ${fresh ? 'started' : 'joined'} ${id} (${pipeline})`));
  }
  if (report.elsewhere.length > 0) {
    const names = report.elsewhere.join(', ');
    terminal.line(oneLine(`  another branch keeps the registration of ${names}`));
  }
  const changes = report.registered.length + report.retired.length;
  terminal.line(`  ${changes} changed, ${unchanged} as before, ${report.broken.length} broken`);
}

export function showChanges(
  terminal: Terminal,
  { registered, retired, schedules }: Pick<SyncReport, 'registered' | 'retired' | 'schedules'>,
): void {
  for (const { name, change, file, from, planDigest } of registered) {
    const plan = planDigest === null ? 'parameters wanted' : `plan ${planDigest.slice(0, 12)}`;
    const came = from === undefined ? '' : `, was ${from}`;
    terminal.line(oneLine(`  ${change} ${name} (${file}${came}; ${plan})`));
  }
  for (const name of retired) terminal.line(oneLine(`  retired ${name}`));
  for (const { scheduleId, change } of schedules) {
    terminal.line(oneLine(`  schedule ${scheduleId} ${change}`));
  }
}

/** Every fault, as `commit:file:line:column`. */
export function showBroken(terminal: Terminal, broken: SyncReport['broken']): void {
  for (const { errors } of broken) {
    for (const { code, message, ...rest } of errors) {
      terminal.note(oneLine(renderError(new PipelineError(code, message, rest))));
    }
  }
}
