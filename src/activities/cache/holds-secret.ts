import { isJsonObject, type Json } from '../../json.ts';

/** Marks that the workflow leaves in a `with`, and no pipeline can write; see plan/template.ts. */
const MARKS = ['$secret', '$secretText'];

/** Whether a `with` as the workflow gave it, before secrets are put in, has one anywhere. */
export function holdsSecret(value: Json): boolean {
  if (Array.isArray(value)) return value.some((item: Json) => holdsSecret(item));
  if (!isJsonObject(value)) return false;
  return Object.entries(value).some(([key, item]) => MARKS.includes(key) || holdsSecret(item));
}
