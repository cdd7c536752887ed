/** Checks references to outputs: that the step and the output exist, and that the types fit. */
import { nearestOf, suggest } from '../did-you-mean.ts';
import type { ErrorCode, PipelineError } from '../errors.ts';
import type { JsonSchema, Spec, StepContract, StepSpec } from '../spec/spec.ts';
import { describeSchemas, fits } from './fits.ts';
import type { Reference } from './substitute.ts';

interface Complaint {
  readonly code: ErrorCode;
  readonly message: string;
  readonly remedy?: string;
}

/**
 * @param taker  the step in whose `with` the reference stands; `null` in the pipeline's outputs
 * @returns the error, or `null`: `STEP_UNKNOWN`, `CYCLE` (a step that refers to itself),
 * `OUTPUT_UNKNOWN`, `TYPE_MISMATCH`.
 */
export function checkReference(
  reference: Reference,
  taker: StepSpec | null,
  spec: Spec,
): PipelineError | null {
  const complaint = complain(reference, taker, spec);
  if (!complaint) return null;
  return spec.errorOf({
    ...complaint,
    path: reference.at,
    at: 'value',
    expression: reference.index,
  });
}

function complain(reference: Reference, taker: StepSpec | null, spec: Spec): Complaint | null {
  const giver = spec.steps.get(reference.step);
  if (!giver) return unknownStep(reference.step, spec);
  if (giver.id === taker?.id) {
    return { code: 'CYCLE', message: 'the step refers to an output of its own' };
  }
  // Without a contract the kind is unknown, which is told at `uses`.
  if (!giver.contract) return null;
  const actual = giver.contract.outputSchemasAt(reference.path);
  if (actual.length === 0) return unknownOutput(reference, giver, giver.contract);
  return checkType(reference, taker, { contract: giver.contract, actual });
}

export const unknownStep = (step: string, spec: Spec): Complaint => ({
  code: 'STEP_UNKNOWN',
  message: `there is no step "${step}"`,
  remedy: suggest(step, [...spec.steps.keys()], 'steps'),
});

function unknownOutput(
  { step, path }: Reference,
  giver: StepSpec,
  contract: StepContract,
): Complaint {
  const depth = path.findIndex(
    (_, i) => contract.outputSchemasAt(path.slice(0, i + 1)).length === 0,
  );
  const parent = path.slice(0, depth);
  const names = contract
    .outputSchemasAt(parent)
    .flatMap(({ properties = {} }) => Object.keys(properties));
  const owner =
    parent.length === 0
      ? `step "${step}" (${giver.uses})`
      : `steps.${step}.outputs.${parent.join('.')}`;
  const name = path[depth] ?? '';
  const what = parent.length === 0 ? 'output' : 'part';
  const near = nearestOf(name, names);
  const known = `${what}s: ${names.join(', ') || 'none'}`;
  return {
    code: 'OUTPUT_UNKNOWN',
    message: `${owner} has no ${what} "${name}"`,
    remedy: near === undefined ? known : `did you mean "${near}"? (${known})`,
  };
}

function checkType(
  reference: Reference,
  taker: StepSpec | null,
  giver: { readonly contract: StepContract; readonly actual: readonly JsonSchema[] },
): Complaint | null {
  const { actual } = giver;
  const name = `steps.${reference.step}.outputs.${reference.path.join('.')}`;
  if (reference.isEmbedded && actual.every(isComposite)) {
    return {
      code: 'TYPE_MISMATCH',
      message: `${name} is ${describeSchemas(actual)} and cannot be put into text`,
      remedy: 'make the reference the whole value',
    };
  }
  if (!taker?.contract) return null;
  const place = reference.at.slice(3);
  const expected = taker.contract.withSchemasAt(place);
  const given = reference.isEmbedded ? [{ type: 'string' }] : actual;
  const contracts = { taker: taker.contract, giver: giver.contract };
  if (fits(expected, given, contracts)) return null;
  return {
    code: 'TYPE_MISMATCH',
    message: `\`${place.join('.')}\` wants ${describeSchemas(expected)}, but ${
      reference.isEmbedded ? 'this is text' : `${name} is ${describeSchemas(actual)}`
    }`,
  };
}

const isComposite = (schema: JsonSchema): boolean =>
  schema['x-artifact'] !== undefined || schema.type === 'object' || schema.type === 'array';
