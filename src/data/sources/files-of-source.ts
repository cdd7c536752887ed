/** Which files a data set's `with` names. */
import { isJsonObject, type JsonObject } from '../../json.ts';

/** Paths as they are given, each once; folders and pictures that cells name are not among them. */
export function sourceFilesOf({ source, tables, labels, testFiles }: JsonObject): string[] {
  const named = [tables, testFiles].flatMap((map) => (isJsonObject(map) ? Object.values(map) : []));
  const paths = [source, labels, ...named].filter((path) => typeof path === 'string');
  return [...new Set(paths)];
}
