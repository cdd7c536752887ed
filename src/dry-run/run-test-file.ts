/** Runs the cases of a file of tests, each in a virtual time of its own. */
import { PipelineError, PipelineErrors, type SourceLocation } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { LoadPipeline } from '../plan/child-pipelines.ts';
import { compilePlan, findFaults } from '../plan/compile-plan.ts';
import { parseDuration } from '../plan/duration.ts';
import { sortErrors } from '../sort-errors.ts';
import type { Spec } from '../spec/spec.ts';
import type { StepFailure } from '../workflows/run-state.ts';
import { caseScript, type MadeUp } from './case-script.ts';
import { checkCase } from './check-case.ts';
import { compareOutcome, type Mismatch, stateOf } from './compare-outcome.ts';
import { type DryOutcome, dryRun } from './dry-run.ts';
import { caseAt, errorAt, type TestCase, type TestFile } from './test-file.ts';

export interface CaseResult {
  readonly name: string;
  readonly location: SourceLocation;
  readonly passed: boolean;
  /** In the order of the file. */
  readonly mismatches: readonly (Mismatch & { readonly location: SourceLocation })[];
  readonly state: ReturnType<typeof stateOf>;
  readonly error: StepFailure | null;
  /** States by step. */
  readonly steps: Readonly<Record<string, string>>;
  readonly outputs: JsonObject | null;
  /** Virtual milliseconds. */
  readonly tookMs: number;
  /** Outputs that the case did not give, by instance. */
  readonly madeUp: Readonly<Record<string, readonly string[]>>;
}

export interface TestRun {
  readonly spec: Spec;
  readonly load: LoadPipeline;
  /** Cases to run. @default all */
  readonly isWanted?: (name: string) => boolean;
}

/** @throws PipelineErrors where the pipeline has faults, or a case names what the pipeline has not. */
export function checkTestFile(
  test: TestFile,
  { spec, load }: Pick<TestRun, 'spec' | 'load'>,
): void {
  const faults = findFaults(spec, { load });
  if (faults.length > 0) throw new PipelineErrors(faults);
  const check = { spec, child: load };
  const wrong = test.cases.flatMap((one, index) => checkCase(one, caseAt(index), check));
  if (wrong.length > 0) {
    throw new PipelineErrors(sortErrors(wrong.map((fault) => errorAt(test.source, fault))));
  }
}

/** @throws PipelineErrors as `checkTestFile`: then nothing is run. */
export async function runTestFile(
  test: TestFile,
  { spec, load, isWanted = () => true }: TestRun,
): Promise<readonly CaseResult[]> {
  checkTestFile(test, { spec, load });
  const results: CaseResult[] = [];
  for (const [index, one] of test.cases.entries()) {
    if (isWanted(one.name)) results.push(await runCase(one, index, { test, spec, load }));
  }
  return results;
}

interface CaseRun extends Pick<TestRun, 'spec' | 'load'> {
  readonly test: TestFile;
}

async function runCase(
  one: TestCase,
  index: number,
  { test, spec, load }: CaseRun,
): Promise<CaseResult> {
  const plan = compilePlan(spec, one.params, { load });
  const madeUp: MadeUp = new Map();
  const outcome = await dryRun({
    plan,
    script: caseScript(one, madeUp),
    startsAtMs: startOf(one, index, test),
    submittedBy: one.submittedBy,
    stopAfterMs: one.stopAfter === undefined ? undefined : parseDuration(one.stopAfter),
  });
  const at = caseAt(index);
  const mismatches = compareOutcome(one.expect, outcome)
    .map((mismatch) => ({
      ...mismatch,
      location: test.source.locate([...at, 'expect', ...mismatch.path], 'value'),
    }))
    .sort((a, b) => a.location.line - b.location.line || a.location.column - b.location.column);
  return {
    name: one.name,
    location: test.source.locate([...at, 'name'], 'value'),
    passed: mismatches.length === 0,
    mismatches,
    ...summaryOf(outcome),
    madeUp: Object.fromEntries(madeUp),
  };
}

function summaryOf({ status, tookMs }: DryOutcome) {
  const steps = Object.fromEntries(status.steps.map(({ id, state }) => [id, state]));
  const { error, outputs } = status;
  return { state: stateOf(status), error, steps, outputs, tookMs };
}

/** The schema cannot know that February has no 30th. */
function startOf({ startsAt }: TestCase, index: number, { source }: TestFile): number {
  const ms = Date.parse(startsAt);
  if (!Number.isNaN(ms)) return ms;
  throw new PipelineErrors([
    new PipelineError('SPEC_INVALID', `\`startsAt\` is no time: "${startsAt}"`, {
      location: source.locate([...caseAt(index), 'startsAt'], 'value'),
      remedy: 'such as 2026-12-01T00:00:00Z',
    }),
  ]);
}
