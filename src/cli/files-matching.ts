/** The files that a glob on the command line means, where no shell has put them there. */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { matchesGlob } from '../glob.ts';

export const isGlob = (text: string): boolean => /[*?]/.test(text);

/**
 * @param glob  relative to `folder`; hidden folders and `node_modules` are not looked into.
 * @returns relative to `folder` as the glob is, or absolute as it is; sorted
 */
export function filesMatching(glob: string, folder: string): readonly string[] {
  const wanted = path.posix.normalize(glob);
  // What stands before the first wildcard is no pattern: only that folder is looked into.
  const root = wanted.slice(0, wanted.search(/[*?]/)).replace(/[^/]*$/, '');
  const found: string[] = [];
  const visit = (below: string): void => {
    for (const entry of readdirSync(path.resolve(folder, below), { withFileTypes: true })) {
      const name = `${below}${entry.name}`;
      const isHidden = entry.name.startsWith('.') || entry.name === 'node_modules';
      if (entry.isDirectory() && !isHidden) visit(`${name}/`);
      else if (entry.isFile() && matchesGlob(wanted, name)) found.push(name);
    }
  };
  if (existsSync(path.resolve(folder, root))) visit(root);
  return found.sort();
}
