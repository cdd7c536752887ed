/** What is written down, and told to the provider, about the deliveries that a sync answered. */
import { isPipelineError } from '../errors.ts';
import type { Json } from '../json.ts';
import type { AllowedRepository } from './allowed-repositories.ts';
import type { CommitStatus, StatusReporter, StatusState } from './commit-status.ts';
import { reportStatus } from './commit-status.ts';
import type { DeliveryLog, DeliveryRecord } from './delivery-log.ts';
import type { Ended } from './sync-queue.ts';

/** What a synchronisation says for the provider to show, and for the record. */
export interface SyncOutcome {
  /** Whether every pipeline of the commit is valid. */
  readonly valid: boolean;
  /** The commit that was validated: the newest of the ref, when it ran. */
  readonly commit: string | null;
  /** One line for people. */
  readonly summary: string;
  /** Kept in the delivery's record. */
  readonly report: Json;
}

export interface FinishOptions {
  readonly log: DeliveryLog;
  readonly repositories: readonly AllowedRepository[];
  /** Absent where no status is to be reported. */
  readonly reporter?: StatusReporter | undefined;
  readonly note: (text: string) => void;
}

/** Writes down what came of a batch, and tells the provider. */
export async function finishDeliveries(
  batch: readonly DeliveryRecord[],
  ended: Ended<SyncOutcome>,
  options: FinishOptions,
): Promise<void> {
  const { log, note } = options;
  const finishedAt = new Date().toISOString();
  const newest = batch[batch.length - 1];
  const status = newest && (await report(newest, ended, options));
  for (const delivery of batch) {
    const shared = { ...delivery, finishedAt, ...(status === undefined ? {} : { status }) };
    await log.save(
      'outcome' in ended
        ? { ...shared, state: 'done', outcome: ended.outcome.report }
        : { ...shared, state: 'failed', error: faultOf(ended.error) },
    );
    const said =
      'outcome' in ended ? ended.outcome.summary : `failed: ${faultOf(ended.error).message}`;
    note(`delivery ${delivery.id}: ${delivery.repository} ${delivery.ref}: ${said}`);
  }
}

/** Says `pending` before the work; never fails. */
export async function reportPending(
  delivery: DeliveryRecord,
  options: FinishOptions,
): Promise<void> {
  await tell(delivery, delivery.commit, { state: 'pending', description: 'validating' }, options);
}

function report(newest: DeliveryRecord, ended: Ended<SyncOutcome>, options: FinishOptions) {
  if (!('outcome' in ended)) {
    const description = `not validated: ${faultOf(ended.error).code}`;
    return tell(newest, newest.commit, { state: 'failure', description }, options);
  }
  const { valid, commit, summary } = ended.outcome;
  const state = valid ? 'success' : 'failure';
  return tell(newest, commit ?? newest.commit, { state, description: summary }, options);
}

/** @returns what is recorded; nothing where there is nobody to tell */
async function tell(
  { provider, repository, ref }: DeliveryRecord,
  commit: string | null,
  said: { readonly state: StatusState; readonly description: string },
  { reporter, repositories, note }: FinishOptions,
): Promise<Json | undefined> {
  if (!reporter || commit === null) return undefined;
  const { fullName = null } = repositories.find(({ shown }) => shown === repository) ?? {};
  if (fullName === null) {
    note(`${repository}: no status reported: name it with --repo OWNER/NAME=${repository}`);
    return { commit, error: 'the name at the provider is not known' };
  }
  const status: CommitStatus = { provider, fullName, commit, ref, ...said };
  try {
    await reportStatus(status, reporter);
    return { commit, state: said.state };
  } catch (error) {
    // The pipelines are registered and run all the same; whoever operates this reads of it.
    const { code, message } = faultOf(error);
    note(`${repository}: status of ${commit.slice(0, 12)} not reported: ${message} [${code}]`);
    return { commit, error: message };
  }
}

function faultOf(error: unknown): Required<DeliveryRecord>['error'] {
  if (isPipelineError(error)) return { code: error.code, message: error.message };
  return { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error) };
}
