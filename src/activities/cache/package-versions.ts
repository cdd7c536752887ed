/** Which versions of packages a module would load: a new version may compute other bits. */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';

export interface PackageVersions {
  /** `1.2.3`; several, sorted and joined by `, `, where more than one is installed. */
  readonly [name: string]: string;
}

interface PackageJson {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/**
 * The packages named and all that they depend on, as they are installed. One that is not, such as
 * an optional one of another system, is left out: it can't run.
 *
 * @param folder  of the module that imports them.
 */
export function packageVersions(names: readonly string[], folder: string): PackageVersions {
  const versions = new Map<string, Set<string>>();
  const known = new Set<string>();
  const open = names.map((name) => ({ name, from: folder }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const home = findPackage(next.name, next.from);
    if (home === null || known.has(home)) continue;
    known.add(home);
    const file = path.join(home, 'package.json');
    const { version = 'unknown', ...its } = JSON.parse(readFileSync(file, 'utf8')) as PackageJson;
    versions.set(next.name, (versions.get(next.name) ?? new Set()).add(version));
    for (const name of Object.keys({ ...its.dependencies, ...its.optionalDependencies })) {
      open.push({ name, from: home });
    }
  }
  const listed = [...versions].map(([name, all]) => [name, [...all].sort().join(', ')] as const);
  return Object.fromEntries(listed.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** As Node looks: in the `node_modules` of each folder upwards. */
function findPackage(name: string, from: string): string | null {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const home = path.join(folder, 'node_modules', name);
    if (existsSync(path.join(home, 'package.json'))) return realpathSync(home);
    if (folder === path.dirname(folder)) return null;
  }
}
