import type { Json } from '../../json.ts';
import { visitMarkers } from '../../spec/secret-places.ts';

/** Whether a `with` as the workflow gave it, before secrets are put in, has one anywhere. */
export function holdsSecret(value: Json): boolean {
  let found = false;
  visitMarkers(value, () => {
    found = true;
  });
  return found;
}
