/** Telling a provider what came of a commit: for `webhook`, `sync` and the hook that runs it. */
import { PipelineError } from '../errors.ts';
import type { SyncReport } from '../git/sync-report.ts';
import type { StatusReporter } from '../webhook/commit-status.ts';
import type { Provider } from '../webhook/provider.ts';

export const TOKEN_VARIABLE = 'MODELWRIGHT_STATUS_TOKEN';

/**
 * @returns `undefined` where nobody is to be told
 * @throws PipelineError `USAGE` where the token is missing or the address is refused
 */
export async function statusReporter(
  statusUrl: string | undefined,
  env: NodeJS.ProcessEnv,
): Promise<StatusReporter | undefined> {
  const token = env[TOKEN_VARIABLE];
  if (statusUrl === undefined) return undefined;
  if (!token) {
    throw new PipelineError('USAGE', `--status-url needs a token in ${TOKEN_VARIABLE}`, {
      remedy: 'set it to a token that may write commit statuses, and nothing else',
    });
  }
  const { parseStatusUrl } = await import('../webhook/status-address.ts');
  return { api: parseStatusUrl(statusUrl), token };
}

export interface StatusFlags {
  readonly statusUrl?: string;
  /** `owner/name` at the provider. */
  readonly statusRepo?: string;
  readonly statusProvider: Provider;
}

/** Tells the provider of one sync; never fails: the pipelines are registered and run all the same. */
export type TellStatus = (report: SyncReport) => Promise<void>;

/** @throws PipelineError `USAGE` where an address is given without a repository or a token */
export async function statusTeller(
  { statusUrl, statusRepo, statusProvider }: StatusFlags,
  env: NodeJS.ProcessEnv,
  note: (text: string) => void,
): Promise<TellStatus> {
  const reporter = await statusReporter(statusUrl, env);
  if (!reporter) return () => Promise.resolve();
  if (!statusRepo) {
    throw new PipelineError('USAGE', '--status-url needs --status-repo owner/name');
  }
  const { reportStatus } = await import('../webhook/commit-status.ts');
  const { outcomeOf } = await import('../webhook/sync-outcome.ts');
  return async (report) => {
    const { valid, commit, summary } = outcomeOf(report);
    // A deleted ref has no commit to speak of.
    if (commit === null) return;
    const state = valid ? 'success' : 'failure';
    const said = { state, description: summary, commit, ref: report.ref ?? '' } as const;
    try {
      await reportStatus({ provider: statusProvider, fullName: statusRepo, ...said }, reporter);
    } catch (error) {
      const { message } = error as Error;
      note(`status of ${commit.slice(0, 12)} not reported: ${message}`);
    }
  };
}
