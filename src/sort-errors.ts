/** Puts errors in the order in which a person reads the files. */
import type { PipelineError } from './errors.ts';

/** By file, line, column and code; errors without a place first. The same error is told once. */
export function sortErrors(errors: readonly PipelineError[]): readonly PipelineError[] {
  const told = new Set<string>();
  return [...errors].sort(byPlace).filter((error) => {
    const { location: at, code, message } = error;
    const text = `${at?.file}:${at?.line}:${at?.column} ${code} ${message}`;
    if (told.has(text)) return false;
    told.add(text);
    return true;
  });
}

function byPlace(a: PipelineError, b: PipelineError): number {
  const [file, other] = [a.location?.file ?? '', b.location?.file ?? ''];
  if (file !== other) return file < other ? -1 : 1;
  const line = (a.location?.line ?? 0) - (b.location?.line ?? 0);
  if (line !== 0) return line;
  const column = (a.location?.column ?? 0) - (b.location?.column ?? 0);
  if (column !== 0) return column;
  return a.code < b.code ? -1 : Number(a.code > b.code);
}
