/** What a step gives, as the expressions after it see it. */
import { isJsonObject } from '../json.ts';
import type { StepContract, StepSpec } from '../spec/spec.ts';
import { type CelType, DYN, INT, NULL, smallEnough, unionOf } from './cel/cel-type.ts';
import { typeOfSchema } from './cel/schema-type.ts';
import { recordOf } from './places.ts';
import { type Resolved, typeOfResolved } from './resolve-values.ts';

const known = new Map<string, CelType>();

/** By the kind's schema, once for each kind. */
function typeOfContract(contract: StepContract): CelType {
  const found = known.get(contract.kind);
  if (found) return found;
  const type = unionOf(
    contract
      .outputSchemasAt([])
      .map((schema) => typeOfSchema(schema, (part) => contract.alternatives(part))),
  );
  known.set(contract.kind, type);
  return type;
}

/**
 * Of one performance of the step: for `values` and `predict` by its `with`, for `wait-for-event` by the schema
 * that it asks for, for `pipeline` by that pipeline's outputs, else by the kind.
 *
 * @param child  outputs of the pipeline that the step runs; `null` where they are not known
 */
export function outputsOfOne(
  { contract, uses }: Pick<StepSpec, 'contract' | 'uses'>,
  given: Resolved,
  child: CelType | null,
): CelType {
  // What is wrong with the kind is told at `uses`.
  if (!contract) return DYN;
  // Steps that pass each other's outputs on would make types without end.
  if (uses === 'values') return smallEnough(typeOfResolved(given));
  if (uses === 'pipeline') return smallEnough(child ?? DYN);
  const type = typeOfContract(contract);
  if (uses === 'predict') return ofPredict(type, given);
  return uses === 'wait-for-event' ? withPayload(type, given) : type;
}

/** Of a part of a data set or of a file, as `with` says; only the latter has a fingerprint. */
function ofPredict(type: CelType, { value }: Resolved): CelType {
  const readsFile = isJsonObject(value) && value['file'] !== undefined;
  const members = type.kind === 'union' ? type.of : [type];
  return unionOf(
    members.filter(
      (member) => member.kind === 'record' && member.fields.has('fingerprint') === readsFile,
    ),
  );
}

function withPayload(type: CelType, { value }: Resolved): CelType {
  if (type.kind !== 'record' || !isJsonObject(value)) return type;
  const { schema, onTimeout } = value;
  const asked = isJsonObject(schema) ? typeOfSchema(schema) : DYN;
  const payload = onTimeout === 'continue' ? unionOf([asked, NULL]) : asked;
  return { ...type, fields: new Map([...type.fields, ['payload', payload]]) };
}

/** Of the step as a whole: with `foreach` those of its items. */
export function outputsOfStep({ foreach }: Pick<StepSpec, 'foreach'>, one: CelType): CelType {
  if (!foreach) return one;
  const item = foreach.onItemFailure === 'continue' ? unionOf([one, NULL]) : one;
  return recordOf({ items: { kind: 'list', items: item }, succeeded: INT, failed: INT });
}
