/** Text of a file of tests → its cases, checked against schemas/pipeline-test.schema.json. */
import path from 'node:path';
import type { ValidateFunction } from 'ajv';
import { PipelineError, PipelineErrors } from '../errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { sortErrors } from '../sort-errors.ts';
import { readYaml } from '../spec/read-yaml.ts';
import { faultsOf } from '../spec/schema-faults.ts';
import { createSourceMap, lineFinder } from '../spec/source-map.ts';
import type { Fault, Path, SourceMap } from '../spec/spec.ts';
import { createAjv, readSchema } from '../spec/step-schemas.ts';
import type { StepState } from '../workflows/run-state.ts';

/** How a step ends; durations as written. */
export interface Stub {
  readonly outputs?: JsonObject;
  readonly takes: string;
  readonly fails?: string;
  readonly message?: string;
  readonly failsTimes?: number;
  /** Of the run that a `pipeline` step starts. */
  readonly steps?: Readonly<Record<string, Stub>>;
  readonly reviews?: Readonly<Record<string, ReviewStub>>;
  readonly events?: readonly EventStub[];
}

export type Word = 'approve' | 'reject' | 'relabel' | 'nobody';

export interface ReviewStub {
  readonly items?: number;
  readonly after: string;
  readonly decide: Word | readonly Word[];
  readonly label?: string;
  readonly by?: string | readonly string[];
  readonly classes: readonly string[];
}

export interface EventStub {
  readonly event: string;
  readonly after: string;
  readonly payload?: Json;
  readonly id?: string;
  readonly sentBy: string;
}

export interface Expectations {
  readonly state?: 'succeeded' | 'failed' | 'cancelled' | 'waiting' | 'running' | 'queued';
  readonly error?: { readonly code?: string; readonly step?: string; readonly message?: string };
  readonly steps?: Readonly<Record<string, StepState>>;
  readonly order?: readonly string[];
  readonly ran?: readonly string[];
  readonly skipped?: readonly string[];
  readonly attempts?: Readonly<Record<string, number>>;
  readonly outputs?: JsonObject;
  readonly stepOutputs?: Readonly<Record<string, JsonObject>>;
  readonly with?: Readonly<Record<string, JsonObject>>;
  readonly reviews?: Readonly<Record<string, JsonObject>>;
  readonly took?: string;
}

export interface TestCase {
  readonly name: string;
  readonly params?: JsonObject;
  readonly submittedBy: string;
  readonly startsAt: string;
  readonly busy?: string;
  readonly steps?: Readonly<Record<string, Stub>>;
  readonly reviews?: Readonly<Record<string, ReviewStub>>;
  readonly events?: readonly EventStub[];
  readonly cancel?: { readonly after: string };
  readonly stopAfter?: string;
  readonly expect: Expectations;
}

export interface TestFile {
  readonly file: string;
  /** The pipeline's file, named as the file of tests is. */
  readonly pipeline: string;
  readonly cases: readonly TestCase[];
  readonly source: SourceMap;
}

const NO_HOLES: ReadonlySet<string> = new Set();

let compiled: ValidateFunction | undefined;
const validator = (): ValidateFunction =>
  (compiled ??= createAjv().compile(readSchema('pipeline-test.schema.json')));

/**
 * @param file  as its errors name it.
 * @throws PipelineErrors with every fault and its place: `SPEC_SYNTAX`, `SPEC_INVALID`,
 * `SPEC_UNKNOWN_KEY`, … as for a pipeline.
 */
export function parseTestFile(text: string, file: string): TestFile {
  const at = lineFinder(file, text);
  const { value, root, faults } = readYaml(text);
  if (faults.length > 0) {
    throw new PipelineErrors(
      faults.map(
        ({ code, offset, message, remedy }) =>
          new PipelineError(code, message, { location: at(offset), remedy }),
      ),
    );
  }
  const source = createSourceMap(root, text, at);
  if (!isJsonObject(value)) {
    const remedy = 'start with `cases:`';
    throw new PipelineErrors([
      new PipelineError('SPEC_INVALID', 'the file is not a map', { location: at(0), remedy }),
    ]);
  }
  const validate = validator();
  if (!validate(value)) {
    const found = faultsOf(validate.errors ?? [], value, NO_HOLES);
    throw new PipelineErrors(sortErrors(found.map((fault) => errorAt(source, fault))));
  }
  const { pipeline, cases } = value as unknown as {
    pipeline?: string;
    cases: readonly TestCase[];
  };
  const beside = pipeline ?? path.basename(file).replace(/\.test(\.ya?ml)$/, '$1');
  return { file, pipeline: path.join(path.dirname(file), beside), cases, source };
}

export const errorAt = (source: SourceMap, { code, path: at, at: which, ...rest }: Fault) =>
  new PipelineError(code, rest.message, {
    location: source.locate(at, which),
    remedy: rest.remedy,
  });

/** Where a case stands in its file. */
export const caseAt = (index: number): Path => ['cases', index];
