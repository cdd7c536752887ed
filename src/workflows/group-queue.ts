/**
 * Who may run in a concurrency group, and who waits. Pure: `(state, message) → (state, notices)`.
 *
 *   join ──room──▶ holds ──leave──▶ gone
 *    │
 *    ├─no room, queue────────▶ waits ──room──▶ holds
 *    ├─no room, cancel-older─▶ waits, and every older run is told to end
 *    └─no room, skip─────────▶ refused
 *
 * Runs are served in the order in which they joined. A message that is repeated changes nothing.
 */
export interface GroupMember {
  readonly run: string;
  readonly whenBusy: 'queue' | 'cancel-older' | 'skip';
}

export interface GroupState {
  /** At most so many hold at once: what the run that joined last says. */
  readonly limit: number;
  /** In the order of joining. */
  readonly holders: readonly string[];
  readonly queue: readonly GroupMember[];
}

export interface GroupNotice {
  readonly run: string;
  readonly type: 'granted' | 'refused' | 'cancel';
}

export interface GroupTransition {
  readonly state: GroupState;
  readonly notices: readonly GroupNotice[];
}

export const EMPTY_GROUP: GroupState = { limit: 1, holders: [], queue: [] };

export function join(state: GroupState, member: GroupMember, limit: number): GroupTransition {
  const { run, whenBusy } = member;
  if (state.holders.includes(run)) return { state, notices: [{ run, type: 'granted' }] };
  if (state.queue.some((waiting) => waiting.run === run)) return { state, notices: [] };
  const hasRoom = state.queue.length === 0 && state.holders.length < limit;
  if (!hasRoom && whenBusy === 'skip') {
    return { state: { ...state, limit }, notices: [{ run, type: 'refused' }] };
  }
  const older = hasRoom || whenBusy !== 'cancel-older' ? [] : membersOf(state);
  const admitted = admit({ ...state, limit, queue: [...state.queue, member] });
  const cancels = older.map((other): GroupNotice => ({ run: other, type: 'cancel' }));
  return { state: admitted.state, notices: [...cancels, ...admitted.notices] };
}

export function leave(state: GroupState, run: string): GroupTransition {
  return admit({
    ...state,
    holders: state.holders.filter((holder) => holder !== run),
    queue: state.queue.filter((waiting) => waiting.run !== run),
  });
}

export const membersOf = ({ holders, queue }: GroupState): readonly string[] => [
  ...holders,
  ...queue.map(({ run }) => run),
];

function admit(state: GroupState): GroupTransition {
  const room = Math.max(state.limit - state.holders.length, 0);
  const admitted = state.queue.slice(0, room).map(({ run }) => run);
  return {
    state: {
      ...state,
      holders: [...state.holders, ...admitted],
      queue: state.queue.slice(room),
    },
    notices: admitted.map((run) => ({ run, type: 'granted' })),
  };
}
