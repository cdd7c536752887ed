/** How people see a pipeline file of a commit, and how large one may be. */

/** As src/spec/limits.ts says; a larger file is not even read. */
export const LARGEST_FILE_BYTES = 1_048_576;

/** `1f0c2d3e4f5a:pipelines/a.yaml`, as errors name a file. */
export const labelOf = (commit: string | null, file: string): string =>
  `${commit === null ? '' : `${commit.slice(0, 12)}:`}${shownPath(file)}`;

/** `a\nb.yaml` on one line: a name with a line break must not look like two errors. */
export function shownPath(file: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is escaped
  return file.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, (character) =>
    JSON.stringify(character).slice(1, -1),
  );
}
