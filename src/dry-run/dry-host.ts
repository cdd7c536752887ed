/** A run's host in virtual time: steps end as the script says, nothing leaves the process. */
import type { RunIdentity, StepInput, StepReceipt } from '../activities/step.ts';
import { checkEvent } from '../activities/check-event.ts';
import { compilePipeline } from '../activities/compile-pipeline.ts';
import type { ArtifactRef } from '../artifacts/artifact.ts';
import { MEDIA_TYPE } from '../artifacts/artifact.ts';
import { artifactRef, sha256Hex } from '../artifacts/artifact-uri.ts';
import { failureFromError } from '../failure-from-error.ts';
import type { JsonObject } from '../json.ts';
import type { Plan, PlanStep } from '../plan/plan.ts';
import type { ChildRun, RunHost, RunOperations, RunTurn } from '../workflows/run-host.ts';
import type { KeptResults } from '../workflows/run-input.ts';
import type {
  DecisionRecord,
  EventCheck,
  EventCheckResult,
  GateOpening,
  PipelineSource,
  ReviewDecision,
  RunRecord,
  RunStatus,
} from '../workflows/run-state.ts';
import { makeAttempts } from './attempts.ts';
import type { Script } from './script.ts';
import type { VirtualTime } from './virtual-time.ts';

/** An instance of a step that has begun. */
export interface Beginning {
  readonly instance: string;
  /** Its `with`, references resolved. */
  readonly input: JsonObject;
  readonly atMs: number;
}

export interface DryHostOptions {
  readonly run: RunIdentity;
  readonly time: VirtualTime;
  readonly script: Script;
  readonly turn: RunTurn;
  readonly decide: (decision: ReviewDecision) => void;
  readonly waitsForPeople: () => void;
  readonly runChild: (child: ChildRun) => Promise<Pick<RunStatus, 'outputs'>>;
}

/** A run in virtual time has no history that could grow too long. */
const UNBOUNDED: RunOperations = {
  perform: (operation) => operation(),
  performNow: (operation) => operation(),
  isDrained: () => false,
};

export class DryHost implements RunHost {
  readonly operations = UNBOUNDED;
  readonly turn: RunTurn;
  readonly beginnings: Beginning[] = [];
  /** Of the steps that a worker would run, by instance. */
  readonly attempts = new Map<string, number>();
  readonly condition: RunHost['condition'];
  readonly waitsForPeople: () => void;
  readonly runChild: RunHost['runChild'];
  private readonly options: DryHostOptions;

  constructor(options: DryHostOptions) {
    const { time, turn, waitsForPeople, runChild } = options;
    this.options = options;
    this.turn = turn;
    this.condition = time.condition.bind(time);
    this.waitsForPeople = waitsForPeople;
    this.runChild = runChild;
  }

  now(): number {
    return this.options.time.now();
  }

  sleep(ms: number): Promise<void> {
    return this.options.time.sleep(ms);
  }

  nonCancellable<T>(work: () => Promise<T>): Promise<T> {
    return this.options.time.nonCancellable(work);
  }

  began(instance: string, input: JsonObject): void {
    this.beginnings.push({ instance, input, atMs: this.now() });
  }

  findKeptResults(): Promise<KeptResults> {
    return Promise.resolve({});
  }

  async runStep(step: PlanStep, input: StepInput): Promise<StepReceipt> {
    const { time, script, decide } = this.options;
    const outputs = await makeAttempts(
      step,
      (number) => {
        this.attempts.set(input.step, number);
        return script.attempt({ step, input, number });
      },
      (ms) => time.sleep(ms),
    );
    if (step.kind === 'human-review') {
      const opening = outputs as unknown as GateOpening;
      for (const { afterMs, message } of script.decisions(input, opening)) {
        time.after(afterMs, () => decide(message));
      }
    }
    return { outputs, cached: null };
  }

  checkEvent(check: EventCheck): Promise<EventCheckResult> {
    return checkEvent(check);
  }

  compilePipeline(source: PipelineSource): Promise<Plan> {
    try {
      return Promise.resolve(compilePipeline(source));
    } catch (error) {
      return Promise.reject(failureFromError(error));
    }
  }

  recordDecisions({ gate }: DecisionRecord): Promise<{ readonly decisions: ArtifactRef }> {
    return Promise.resolve({ decisions: refTo(gate, MEDIA_TYPE.decisions) });
  }

  writeReport({ status }: RunRecord): ReturnType<RunHost['writeReport']> {
    return Promise.resolve({
      manifest: refTo(status, MEDIA_TYPE.manifest),
      report: refTo(status.run, MEDIA_TYPE.html),
    });
  }
}

/** To what would be stored. */
function refTo(value: unknown, mediaType: string): ArtifactRef {
  const text = JSON.stringify(value);
  return artifactRef(sha256Hex(text), Buffer.byteLength(text), mediaType);
}
