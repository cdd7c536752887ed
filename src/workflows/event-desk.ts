/** The `wait-for-event` steps of one run: each waits until its event has come or its time is up. */
import { ApplicationFailure } from '@temporalio/common';
import { isJsonObject, type JsonObject } from '../json.ts';
import { parseDuration } from '../plan/duration.ts';
import type { EventState, ReceivedEvent } from './events.ts';
import { NO_EVENTS, receive, refuse, take } from './events.ts';
import type { RunHost } from './run-host.ts';
import type { EventAnswer, RefusedEvent } from './run-state.ts';

interface Wait {
  readonly event: string;
  readonly schema: JsonObject | null;
}

export class EventDesk {
  private state: EventState;
  private readonly host: RunHost;
  /** Oldest first. */
  private readonly waits: Wait[] = [];
  /** Of events whose sender waits for the answer; `null` until it is known. */
  private readonly fates = new Map<string, EventAnswer | null>();

  constructor(host: RunHost, state: EventState = NO_EVENTS) {
    this.host = host;
    this.state = state;
  }

  /** What a new execution of the run goes on from. */
  carry(): EventState {
    return this.state;
  }

  refusals(): readonly RefusedEvent[] {
    return this.state.refusals;
  }

  /** For the signal: kept until its wait takes it. */
  submit(message: unknown): EventAnswer {
    const { state, answer } = receive(this.state, message, this.host.now());
    this.state = state;
    return answer;
  }

  /** For the update: answers with what the waiting step says, or that the event is kept. */
  async submitAndAnswer(message: unknown): Promise<EventAnswer> {
    const answer = this.submit(message);
    if (!answer.accepted || answer.duplicate) return answer;
    const { eventId, event } = this.state.kept.at(-1) as ReceivedEvent;
    if (!this.waits.some((wait) => wait.event === event)) return answer;
    this.fates.set(eventId, null);
    // Where an event before it has ended the wait, this one stays for the next.
    await this.host.condition(
      () => this.fates.get(eventId) !== null || !this.waits.some((wait) => wait.event === event),
    );
    const fate = this.fates.get(eventId) ?? answer;
    this.fates.delete(eventId);
    return fate;
  }

  /**
   * @param untilMs  epoch
   * @returns the outputs of the step.
   * @throws ApplicationFailure `TIMEOUT` where no good event came in time and the step says so.
   */
  async hold(input: JsonObject, untilMs: number): Promise<JsonObject> {
    const wait = waitOf(input);
    this.waits.push(wait);
    try {
      const event = await this.next(wait, untilMs);
      if (event) {
        const { payload, sentBy, receivedAtMs } = event;
        const receivedAt = new Date(receivedAtMs).toISOString();
        return { received: true, payload, sentBy, receivedAt };
      }
    } finally {
      this.waits.splice(this.waits.indexOf(wait), 1);
    }
    if (input['onTimeout'] === 'continue') {
      return { received: false, payload: null, sentBy: '', receivedAt: '' };
    }
    const message = `no event "${wait.event}" came in time`;
    throw ApplicationFailure.nonRetryable(message, 'TIMEOUT');
  }

  /** The first good event for this wait; `null` when time is up. */
  private async next(wait: Wait, untilMs: number): Promise<ReceivedEvent | null> {
    for (;;) {
      const leftMs = untilMs - this.host.now();
      if (leftMs <= 0) return null;
      if (!(await this.host.condition(() => this.isNextFor(wait), leftMs))) return null;
      const taken = take(this.state, wait.event);
      if (!taken) continue;
      this.state = taken.state;
      const problems = await this.problemsOf(taken.event, wait);
      if (problems.length === 0) {
        this.tell(taken.event, { accepted: true, duplicate: false });
        return taken.event;
      }
      const refused = refuse(this.state, taken.event, 'schema', problems.join('; '));
      this.state = refused.state;
      this.tell(taken.event, refused.answer);
    }
  }

  /** By an activity: the workflow itself cannot compile a schema. */
  private async problemsOf(
    { payload }: ReceivedEvent,
    { schema }: Wait,
  ): Promise<readonly string[]> {
    if (!schema) return [];
    const { host } = this;
    const checked = await host.operations.performNow(() => host.checkEvent({ payload, schema }));
    return checked.problems;
  }

  private isNextFor(wait: Wait): boolean {
    const first = this.waits.find(({ event }) => event === wait.event);
    return first === wait && this.state.kept.some(({ event }) => event === wait.event);
  }

  private tell({ eventId }: ReceivedEvent, answer: EventAnswer): void {
    if (this.fates.has(eventId)) this.fates.set(eventId, answer);
  }
}

function waitOf({ event, schema }: JsonObject): Wait {
  if (typeof event === 'string' && event !== '') {
    return { event, schema: isJsonObject(schema) ? schema : null };
  }
  throw ApplicationFailure.nonRetryable('`event` is not the name of an event', 'SPEC_INVALID');
}

/** @returns epoch milliseconds. @throws PipelineError `SPEC_INVALID` */
export function eventDeadline({ timeout }: JsonObject, nowMs: number): number {
  return nowMs + parseDuration(typeof timeout === 'string' ? timeout : '7d');
}
