import type { Json } from '../../../json.ts';
import { brokenModel } from '../import-fault.ts';

/** JSON is read by a recursion that is Node's own: deeper than this is an attack on ours. */
const MAX_DEPTH = 200;

/** @throws PipelineError `MODEL_INVALID` if it is no JSON, or JSON nested deeper than 200. */
export function parseConfiguration(source: Uint8Array | string): Json {
  const text = typeof source === 'string' ? source : new TextDecoder().decode(source);
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (cause) {
    throw brokenModel('its configuration is no JSON', cause);
  }
  requireShallow(value);
  return value;
}

function requireShallow(root: Json): void {
  let level: Json[] = [root];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) throw brokenModel(`its configuration is nested over ${MAX_DEPTH} deep`);
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? Object.values<Json>(value) : [],
    );
  }
}
