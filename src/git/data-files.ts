/** Which files of a commit or folder its pipelines read. */
import { isFileOfSource, isPattern, partsOfPattern } from '../source-pattern.ts';

/** Blob ids by path. */
type Blobs = Readonly<Record<string, string>>;

/**
 * @param blobOf  of every regular file, by its path.
 * @returns what gives the files of sources, which are plain paths or patterns; what is not there is
 * left out.
 */
export function dataFilesIn(
  blobOf: ReadonlyMap<string, string>,
): (sources: readonly string[]) => Blobs {
  const folders = new Map<string, string[]>();
  for (const file of blobOf.keys()) {
    const { dir } = partsOfPattern(file);
    const files = folders.get(dir);
    if (files) files.push(file);
    else folders.set(dir, [file]);
  }
  const filesOf = (source: string): readonly string[] =>
    isPattern(source)
      ? (folders.get(partsOfPattern(source).dir) ?? []).filter((file) =>
          isFileOfSource(source, file),
        )
      : [source];
  return (sources) => {
    const files = [...new Set(sources.flatMap(filesOf))].sort();
    return Object.fromEntries(
      files.flatMap((file) => {
        const blob = blobOf.get(file);
        return blob === undefined ? [] : [[file, blob]];
      }),
    );
  };
}
