/** The rules of a path that a pipeline names: a file below the project, as git names it. */

/** @returns what is wrong with it, or `null`. */
export function pathFault(file: string): string | null {
  // eslint-disable-next-line no-control-regex -- control characters are what is refused
  if (/[\u0000-\u001f\u007f]/.test(file)) return 'it holds a control character';
  if (/^[a-z][a-z0-9+.-]*:/i.test(file)) return 'it is a URL or names a drive';
  if (/%[0-9a-f]{2}/i.test(file)) return 'it holds a percent escape';
  if (file.includes('\\')) return 'it holds a backslash';
  if (file.startsWith('/')) return 'it is absolute';
  const names = file.split('/');
  if (names.includes('..')) return 'it holds ".."';
  return names.some((name) => name === '' || name === '.') ? 'it is not in its plain form' : null;
}

/** As `pathFault`, of a pipeline file. */
export function pipelinePathFault(file: string): string | null {
  const fault = pathFault(file);
  if (fault !== null) return fault;
  return /\.ya?ml$/.test(file) ? null : 'it does not end with .yaml or .yml';
}
