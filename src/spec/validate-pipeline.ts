/** Checks the value of a pipeline file against the schemas; knows nothing of text or places. */
import type { ValidateFunction } from 'ajv';
import { nearestOf, suggest } from '../did-you-mean.ts';
import { ERROR_CODES } from '../errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { holesIn } from './holes.ts';
import { faultsOf } from './schema-faults.ts';
import type { Fault, Path, Section } from './spec.ts';
import { contractOf, createAjv, readSchema, stepKinds } from './step-schemas.ts';

const NO_HOLES: ReadonlySet<string> = new Set();

let compiled: ValidateFunction | undefined;
const validate = (): ValidateFunction =>
  (compiled ??= createAjv().compile(readSchema('pipeline.base.schema.json')));

/** @returns every fault, in no order; paths start at the root of the file. */
export function validatePipeline(pipeline: Json): readonly Fault[] {
  const check = validate();
  const structural = check(pipeline) ? [] : faultsOf(check.errors ?? [], pipeline, NO_HOLES);
  const inSteps = isJsonObject(pipeline)
    ? SECTIONS.flatMap((section) => validateSection(pipeline[section], section))
    : [];
  const defaults = isJsonObject(pipeline) ? pipeline['defaults'] : undefined;
  return [...structural.map(explainExpression), ...inSteps, ...errorCodes(defaults, ['defaults'])];
}

const SECTIONS: readonly Section[] = ['steps', 'onFailure', 'finally'];

function validateSection(steps: Json | undefined, section: Section): readonly Fault[] {
  if (!isJsonObject(steps)) return [];
  return Object.entries(steps).flatMap(([id, step]) => {
    if (!isJsonObject(step)) return [];
    const { compensate } = step;
    const path = [section, id];
    return [
      ...validateStep(step, path),
      ...(isJsonObject(compensate) ? validateStep(compensate, [...path, 'compensate']) : []),
    ];
  });
}

function validateStep(step: JsonObject, path: Path): readonly Fault[] {
  return [...errorCodes(step, path), ...validateKind(step, path)];
}

function validateKind(step: JsonObject, path: Path): readonly Fault[] {
  const { uses, with: given } = step;
  if (typeof uses !== 'string') return [];
  const contract = contractOf(uses);
  if (!contract) {
    return [
      {
        code: 'STEP_KIND_UNKNOWN',
        path: [...path, 'uses'],
        at: 'value',
        message: `"${uses.slice(0, 80)}" is not a step kind`,
        remedy: suggest(uses, stepKinds(), 'kinds'),
      },
    ];
  }
  const value = given === undefined ? {} : given;
  if (!isJsonObject(value)) return [];
  return contract
    .checkWith(value, holesIn(value))
    .faults.map((fault) => ({ ...fault, path: [...path, 'with', ...fault.path] }));
}

function errorCodes(owner: Json | undefined, path: Path): readonly Fault[] {
  const retry = isJsonObject(owner) ? owner['retry'] : undefined;
  const codes = isJsonObject(retry) ? retry['nonRetryable'] : undefined;
  if (!Array.isArray(codes)) return [];
  return (codes as readonly Json[]).flatMap((code, index): readonly Fault[] => {
    if (typeof code !== 'string' || (ERROR_CODES as readonly string[]).includes(code)) return [];
    const near = nearestOf(code, ERROR_CODES);
    return [
      {
        code: 'SPEC_INVALID',
        path: [...path, 'retry', 'nonRetryable', index],
        at: 'value',
        message: `"${code.slice(0, 80)}" is not an error code`,
        remedy: near ? `did you mean "${near}"?` : 'codes look like DATA_INVALID',
      },
    ];
  });
}

/** Where no expression may stand it is only text that breaks the rule. */
function explainExpression(fault: Fault): Fault {
  if (!fault.message.includes('${{')) return fault;
  return { ...fault, remedy: 'this is decided before a run starts: no expression may stand here' };
}
