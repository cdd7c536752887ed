/**
 * One concurrency group: a workflow that runs of the group ask before they begin.
 *
 * It is there while somebody holds or waits. A run that ended without a word (terminated from
 * outside) is noticed when others wait for it.
 */
import {
  condition,
  continueAsNew,
  defineSignal,
  getExternalWorkflowHandle,
  scheduleActivity,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { GroupMember, GroupNotice, GroupState, GroupTransition } from './group-queue.ts';
import { EMPTY_GROUP, join, leave, membersOf } from './group-queue.ts';

export interface JoinRequest extends GroupMember {
  readonly limit: number;
}

/** The input of the activity `join-group`, which signals the group and starts it if need be. */
export interface GroupRequest extends JoinRequest {
  readonly group: string;
  readonly workflowId: string;
  readonly taskQueue: string;
}

export const joinSignal = defineSignal<[JoinRequest]>('join');
export const leaveSignal = defineSignal<[string]>('leave');
/** What a run hears from its group. */
export const turnSignal = defineSignal<['granted' | 'refused']>('turn');

export const groupWorkflowId = (group: string): string => `modelwright-group-${group}`;

const CHECK_OPTIONS = {
  startToCloseTimeout: '1m',
  scheduleToCloseTimeout: '10m',
  retry: { initialInterval: '1s', maximumInterval: '30s' },
} as const;
const CHECK_EVERY = '10s';

/** @param carried  of the execution before this one */
export async function concurrencyGroup(carried: GroupState = EMPTY_GROUP): Promise<void> {
  let state = carried;
  let messages = 0;
  const apply = (transition: GroupTransition) => {
    state = transition.state;
    messages += 1;
    for (const notice of transition.notices) tell(notice);
  };
  const isEmpty = () => membersOf(state).length === 0;
  setHandler(joinSignal, ({ limit, ...member }) => apply(join(state, member, limit)));
  setHandler(leaveSignal, (run) => apply(leave(state, run)));
  while (!isEmpty() || messages === 0) {
    const before = messages;
    const isQuiet = () => messages === before;
    if (await condition(() => isEmpty() || !isQuiet(), CHECK_EVERY)) {
      if (workflowInfo().continueAsNewSuggested)
        await continueAsNew<typeof concurrencyGroup>(state);
      continue;
    }
    if (state.queue.length === 0) continue;
    for (const run of await endedRuns(membersOf(state))) apply(leave(state, run));
  }
}

const endedRuns = (runs: readonly string[]): Promise<readonly string[]> =>
  scheduleActivity<readonly string[]>('ended-runs', [{ runs }], CHECK_OPTIONS);

/** One that is gone need not hear it; it leaves when that is noticed. */
function tell({ run, type }: GroupNotice): void {
  const handle = getExternalWorkflowHandle(run);
  const told = type === 'cancel' ? handle.cancel() : handle.signal(turnSignal, type);
  told.catch(() => undefined);
}
