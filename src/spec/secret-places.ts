/** Where a secret may stand in a step's `with`, and which maps could pass for one. */
import { isJsonObject, type Json } from '../json.ts';
import type { Fault, Path, StepContract } from './spec.ts';

/** The keys that make a map stand for a secret on its way to a step; no data may have them. */
export const MARKER_KEYS = ['$secret', '$secretText'] as const;

/** Whether a secret may stand there: by the schema of the place itself or of one above it. */
export function takesSecret(contract: StepContract, path: Path): boolean {
  return path.some((_, index) =>
    contract.withSchemasAt(path.slice(0, index + 1)).some((schema) => schema['x-secret'] === true),
  );
}

/** Visits every map that has a marker's key, and nothing below it. */
export function visitMarkers(
  value: Json,
  visit: (marker: Json, path: Path) => void,
  path: Path = [],
): void {
  if (Array.isArray(value)) {
    (value as readonly Json[]).forEach((item, index) =>
      visitMarkers(item, visit, [...path, index]),
    );
  } else if (isJsonObject(value)) {
    if (MARKER_KEYS.some((key) => Object.hasOwn(value, key))) return visit(value, path);
    for (const [key, item] of Object.entries(value)) visitMarkers(item, visit, [...path, key]);
  }
}

/** @returns a fault for every map that could pass for a secret, though it is plain data. */
export function findMarkers(value: Json): readonly Fault[] {
  const faults: Fault[] = [];
  visitMarkers(value, (marker, path) => {
    const key = MARKER_KEYS.find((name) => isJsonObject(marker) && Object.hasOwn(marker, name));
    faults.push({
      code: 'SECRET_REFUSED',
      path: [...path, key ?? ''],
      at: 'key',
      message: `the key "${key}" is not allowed: it would make the map look like a secret`,
      remedy: 'name a secret of the pipeline as ${{ secrets.<name> }}',
    });
  });
  return faults;
}
