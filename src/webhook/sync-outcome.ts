/** A sync's report, as a delivery's record and the provider's status need it. */
import type { SyncReport } from '../git/sync-report.ts';
import type { SyncOutcome } from './finish-deliveries.ts';

export function outcomeOf(report: SyncReport): SyncOutcome {
  const { commit, registered, unchanged, elsewhere, retired, broken, runs } = report;
  const counts = [
    [registered.length, 'registered'],
    [unchanged, 'unchanged'],
    [elsewhere.length, 'of another branch'],
    [retired.length, 'retired'],
    [broken.length, 'broken'],
    [runs.filter(({ fresh }) => fresh).length, 'started'],
  ] as const;
  const said = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  const [first] = broken;
  const why = first ? `; ${first.file}: ${first.errors[0]?.message ?? 'broken'}` : '';
  return {
    valid: broken.length === 0,
    commit,
    summary: `${said.join(', ') || 'no pipelines'}${why}`,
    report: {
      commit,
      registered: registered.map(({ name }) => name),
      retired: [...retired],
      broken: broken.map(({ file, errors }) => ({ file, codes: errors.map(({ code }) => code) })),
      runs: runs.map(({ id, fresh }) => ({ id, fresh })),
    },
  };
}
