/** Finds the secrets in a step's `with`, and refuses what only looks like one. */
import { PipelineError } from '../../errors.ts';
import { isJsonObject, type Json } from '../../json.ts';
import type { SecretMarker, SecretText, SecretValue } from '../../plan/secret-marker.ts';
import { describePath, toPointer } from '../../spec/pointer.ts';
import { MARKER_KEYS, takesSecret, visitMarkers } from '../../spec/secret-places.ts';
import type { Path } from '../../spec/spec.ts';
import { contractOf } from '../../spec/step-schemas.ts';
import type { StepInput } from '../step.ts';

export interface FoundSecret {
  readonly path: Path;
  readonly value: SecretValue;
}

/**
 * @returns the secrets in `with`, in its order.
 * @throws PipelineError `SECRET_REFUSED` for a map with a marker's keys where the plan has no
 * secret, a malformed marker, or a place that takes no secrets by the kind's schema.
 */
export function findSecrets(input: StepInput): readonly FoundSecret[] {
  const expected = new Set(input.secretsAt ?? []);
  const found: FoundSecret[] = [];
  visitMarkers(input.with, (value, path) => {
    if (!expected.has(toPointer(path))) throw forged(path);
    if (!isSecretValue(value)) throw malformed(path);
    requireWelcome(input.kind, path, value);
    found.push({ path, value });
  });
  return found;
}

/**
 * @throws PipelineError `SECRET_REFUSED` if a value holds a map that could pass for a secret; of
 * outputs, which later steps may take.
 */
export function refuseMarkers(value: Json): void {
  visitMarkers(value, (_, path) => {
    throw forged(path);
  });
}

function isSecretValue(value: Json): value is Json & SecretValue {
  if (!isJsonObject(value) || Object.keys(value).length !== 1) return false;
  const { $secretText: parts } = value as Partial<SecretText> & typeof value;
  if (parts === undefined) return isMarker(value);
  return (
    Array.isArray(parts) &&
    (parts as readonly Json[]).every((part) => typeof part === 'string' || isMarker(part))
  );
}

function isMarker(value: Json): value is Json & SecretMarker {
  const secret = isJsonObject(value) ? value['$secret'] : undefined;
  if (!isJsonObject(secret) || typeof secret['name'] !== 'string') return false;
  const source = secret['source'];
  if (!isJsonObject(source) || Object.keys(source).length !== 1) return false;
  return typeof (source['env'] ?? source['file']) === 'string';
}

function requireWelcome(kind: string, path: Path, value: SecretValue): void {
  const contract = contractOf(kind);
  if (contract === null || takesSecret(contract, path)) return;
  const where = `\`${describePath(path)}\` of ${kind}`;
  throw new PipelineError(
    'SECRET_REFUSED',
    `${where} takes no secrets (${namesOf(value).join(', ')})`,
    {
      remedy:
        'secrets may stand in env and stdin of command, in headers, query and body of http, and where the schema of a step of your own says "x-secret": true',
    },
  );
}

export const markersOf = (value: SecretValue): readonly SecretMarker[] =>
  '$secret' in value ? [value] : value.$secretText.filter((part) => typeof part !== 'string');

const namesOf = (value: SecretValue) => markersOf(value).map(({ $secret }) => $secret.name);

const forged = (path: Path) =>
  new PipelineError(
    'SECRET_REFUSED',
    `\`${describePath(path)}\` looks like a secret, but is none of the pipeline's secrets`,
    { remedy: `a map may not have the keys ${MARKER_KEYS.join(' and ')}` },
  );

const malformed = (path: Path) =>
  new PipelineError('SECRET_REFUSED', `\`${describePath(path)}\` is no well-formed secret`, {
    remedy: 'is the worker of another version than the workflow?',
  });
