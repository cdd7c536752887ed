/** What happens around the run of a test's case: its stubs, decisions and events as a script. */
import { artifactRef, sha256Hex } from '../artifacts/artifact-uri.ts';
import { MEDIA_TYPE } from '../artifacts/artifact.ts';
import type { StepInput } from '../activities/step.ts';
import { decodeWithSecrets } from '../activities/secrets/attempt-secrets.ts';
import { type ErrorCode, isPipelineError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { parseDuration } from '../plan/duration.ts';
import { contractOf, decodeOutputs } from '../spec/step-schemas.ts';
import type { GateOpening, OutsideEvent, ReviewDecision } from '../workflows/run-state.ts';
import type { AttemptResult } from './attempts.ts';
import { completeOutputs } from './make-up.ts';
import type { Attempt, Script, Timed } from './script.ts';
import { saidOf } from './step-names.ts';
import type { EventStub, ReviewStub, Stub, TestCase } from './test-file.ts';

/** What was not given: names of outputs by instance. */
export type MadeUp = Map<string, readonly string[]>;

/** Stands for the names of all outputs. */
export const ALL: readonly string[] = ['all outputs'];

type RunStubs = Pick<TestCase, 'steps' | 'reviews' | 'events'>;

const APPROVED: ReviewStub = { after: '0s', decide: 'approve', classes: ['a', 'b'] };

/** @param madeUp  is filled while the script is played */
export function caseScript(test: TestCase, madeUp: MadeUp): Script {
  return {
    ...scriptOf(test, { submittedBy: test.submittedBy, prefix: '', madeUp }),
    cancelAfterMs: test.cancel && parseDuration(test.cancel.after),
    busyMs: test.busy === undefined ? undefined : parseDuration(test.busy),
  };
}

interface Shared {
  readonly submittedBy: string;
  /** Of the steps of a pipeline that a step runs: that step's instance. */
  readonly prefix: string;
  readonly madeUp: MadeUp;
}

function scriptOf(stubs: RunStubs, shared: Shared): Script {
  const note = (instance: string, names: readonly string[]) => {
    if (names.length > 0) shared.madeUp.set(shared.prefix + instance, names);
  };
  return {
    attempt: (attempt) => attemptOf(attempt, stubs, note),
    decisions: (input, opening) => {
      const given = saidOf(stubs.reviews, input.step);
      if (!given) note(input.step, ['one item, approved']);
      return decisionsOf(given ?? APPROVED, { input, opening, submittedBy: shared.submittedBy });
    },
    child: (instance) => {
      const stub = saidOf(stubs.steps, instance);
      const isGiven = stub?.outputs !== undefined || stub?.fails !== undefined;
      if (stub && isGiven) return endOf(stub, stub.outputs ?? {});
      return scriptOf(stub ?? {}, { ...shared, prefix: `${shared.prefix}${instance}/` });
    },
    events: (stubs.events ?? []).map(eventOf),
  };
}

type Note = (instance: string, names: readonly string[]) => void;

function attemptOf({ step, input, number }: Attempt, stubs: RunStubs, note: Note): AttemptResult {
  const instance = input.step;
  const refusal = refusalOf(input);
  if (refusal) return refusal;
  const stub = saidOf(stubs.steps, instance);
  const { failsTimes = Infinity } = stub ?? {};
  const mayFail = stub?.fails !== undefined || stub?.failsTimes !== undefined;
  if (stub && mayFail && number <= failsTimes) return failureOf(stub);
  if (step.kind === 'human-review') {
    const opening = openingOf(instance, saidOf(stubs.reviews, instance) ?? APPROVED);
    return endOf(stub, opening as unknown as JsonObject);
  }
  const contract = contractOf(step.kind);
  if (!contract) throw new RangeError(`no step kind ${step.kind}`);
  const { outputs, madeUp } = completeOutputs(contract, stub?.outputs ?? {}, instance);
  note(instance, stub?.outputs || madeUp.length === 0 ? madeUp : ALL);
  return endOf(stub, decodeOutputs<JsonObject>(step.kind, outputs));
}

/** As the worker does it before it runs a step. */
function refusalOf(input: StepInput): AttemptResult | null {
  try {
    decodeWithSecrets(input);
    return null;
  } catch (error) {
    if (!isPipelineError(error)) throw error;
    const { code, message, remedy } = error;
    return { takesMs: 0, fails: code, message: remedy ? `${message}; ${remedy}` : message };
  }
}

const failureOf = (stub: Stub): AttemptResult => ({
  takesMs: parseDuration(stub.takes),
  fails: (stub.fails ?? 'COMPUTE_CRASHED') as ErrorCode,
  message: stub.message ?? 'the test lets it fail',
});

function endOf(stub: Stub | undefined, outputs: JsonObject): AttemptResult {
  if (stub?.fails !== undefined && stub.failsTimes === undefined) return failureOf(stub);
  return { takesMs: parseDuration(stub?.takes ?? '0s'), outputs };
}

function openingOf(gateId: string, { items, decide, classes }: ReviewStub): GateOpening {
  const count = items ?? (typeof decide === 'string' ? 1 : decide.length);
  const subjects = Array.from({ length: count }, (_, index) => {
    const id = `${gateId}-${index + 1}`;
    return { id, digest: sha256Hex(id) };
  });
  const ref = artifactRef(sha256Hex(gateId), gateId.length, MEDIA_TYPE.reviewItems);
  return { items: ref, subjects, classes };
}

interface Gate {
  readonly input: StepInput;
  readonly opening: GateOpening;
  readonly submittedBy: string;
}

/** So many people say the same as the quorum wants. */
function decisionsOf(review: ReviewStub, gate: Gate): readonly Timed<ReviewDecision>[] {
  const { decide, after, label } = review;
  const { input, opening } = gate;
  return opening.subjects.flatMap(({ id, digest }, index) => {
    const verdict = typeof decide === 'string' ? decide : (decide[index] ?? 'nobody');
    if (verdict === 'nobody') return [];
    return decidersOf(review, gate).map((reviewer): Timed<ReviewDecision> => {
      const message = {
        decisionId: `${id}-${reviewer}`,
        gateId: input.step,
        itemId: id,
        subjectDigest: digest,
        verdict,
        ...(verdict === 'relabel' && { label: label ?? opening.classes[0] }),
        reviewer,
      };
      return { afterMs: parseDuration(after), message };
    });
  });
}

function decidersOf({ by }: ReviewStub, { input, submittedBy }: Gate): readonly string[] {
  const { quorum, reviewers, fourEyes } = input.with;
  if (by !== undefined) return [by].flat();
  const wanted = typeof quorum === 'number' ? quorum : 1;
  const named = Array.isArray(reviewers) ? reviewers.map(String) : null;
  const mayDecide = named?.filter((name) => fourEyes !== true || name !== submittedBy);
  return (mayDecide ?? Array.from({ length: wanted }, (_, at) => `reviewer-${at + 1}`)).slice(
    0,
    wanted,
  );
}

const eventOf = (
  { event, after, payload = null, id, sentBy }: EventStub,
  index: number,
): Timed<OutsideEvent> => ({
  afterMs: parseDuration(after),
  message: { eventId: id ?? `event-${index + 1}`, event, payload, sentBy },
});
