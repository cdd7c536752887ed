/**
 * The events that a run's `wait-for-event` steps wait for. Pure.
 *
 * An event answers one wait: the oldest that is open for its name. One that comes before its wait
 * is kept. The same event id again is the same event.
 */
import { isJsonObject, type Json } from '../json.ts';
import type { EventAnswer, EventRefusal, OutsideEvent, RefusedEvent } from './run-state.ts';

export interface EventState {
  /** Of no wait yet, in order of arrival. */
  readonly kept: readonly ReceivedEvent[];
  /** Ids of the events that were kept or have answered a wait: the last of them. */
  readonly seen: readonly string[];
  readonly refusals: readonly RefusedEvent[];
}

export interface ReceivedEvent extends OutsideEvent {
  readonly receivedAtMs: number;
}

export const NO_EVENTS: EventState = { kept: [], seen: [], refusals: [] };

const MAX_KEPT = 1_000;
const MAX_SEEN = 10_000;
const MAX_REFUSALS = 100;
const MAX_PAYLOAD_CHARACTERS = 32 * 1024;
const MAX_NAME = 128;

export interface EventTransition {
  readonly state: EventState;
  readonly answer: EventAnswer;
}

/** Takes in one message, which may be anything that a client has sent. */
export function receive(state: EventState, message: unknown, atMs: number): EventTransition {
  const form = checkForm(message);
  if ('problem' in form) {
    return refuse(state, { eventId: form.eventId, event: form.event }, 'malformed', form.problem);
  }
  const { event } = form;
  if (state.seen.includes(event.eventId)) {
    return { state, answer: { accepted: true, duplicate: true } };
  }
  if (state.kept.length >= MAX_KEPT) {
    const problem = `more than ${MAX_KEPT} events are waiting for their step`;
    return refuse(state, event, 'too-many', problem);
  }
  return {
    state: {
      ...state,
      kept: [...state.kept, { ...event, receivedAtMs: atMs }],
      seen: [...state.seen, event.eventId].slice(-MAX_SEEN),
    },
    answer: { accepted: true, duplicate: false },
  };
}

/** The oldest kept event of a name, taken out; `null` where there is none. */
export function take(
  state: EventState,
  name: string,
): { readonly state: EventState; readonly event: ReceivedEvent } | null {
  const event = state.kept.find((kept) => kept.event === name);
  if (!event) return null;
  return { event, state: { ...state, kept: state.kept.filter((kept) => kept !== event) } };
}

export function refuse(
  state: EventState,
  { eventId, event }: Pick<OutsideEvent, 'eventId' | 'event'>,
  reason: EventRefusal,
  message: string,
): EventTransition {
  const refusal = { eventId, event, reason, message };
  return {
    state: { ...state, refusals: [...state.refusals, refusal].slice(-MAX_REFUSALS) },
    answer: { accepted: false, reason, message },
  };
}

type Form =
  | { readonly event: OutsideEvent }
  | { readonly problem: string; readonly eventId: string; readonly event: string };

function checkForm(message: unknown): Form {
  const given = isJsonObject(message as Json) ? (message as Record<string, unknown>) : {};
  const text = (value: unknown) => (typeof value === 'string' ? value.slice(0, MAX_NAME) : '');
  const excerpt = { eventId: text(given['eventId']), event: text(given['event']) };
  const problem = (what: string) => ({ problem: what, ...excerpt });
  for (const key of ['eventId', 'event', 'sentBy']) {
    const value = given[key];
    if (typeof value !== 'string' || value === '' || value.length > MAX_NAME) {
      return problem(`\`${key}\` must be text of 1 to ${MAX_NAME} characters`);
    }
  }
  const payload = (given['payload'] ?? null) as Json;
  if (JSON.stringify(payload).length > MAX_PAYLOAD_CHARACTERS) {
    return problem(`\`payload\` is longer than ${MAX_PAYLOAD_CHARACTERS} characters`);
  }
  return { event: { ...excerpt, payload, sentBy: text(given['sentBy']) } };
}
