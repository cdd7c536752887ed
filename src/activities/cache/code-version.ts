/**
 * The version of a step's code: a digest over every file of modelwright that its module loads.
 *
 * A build writes them down, so that a worker does not read files that a later build replaced; where
 * there is no build the files beside this one are read. A number raised by hand would be forgotten.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Json } from '../../json.ts';
import { isJsonObject } from '../../json.ts';
import { CACHEABLE_KINDS, kindsPerformedBy } from './cacheable-kinds.ts';
import { moduleGraph } from './module-graph.ts';

/** `src/` or `dist/`, whichever this file runs from. */
const HERE = fileURLToPath(import.meta.url);
export const CODE_ROOT = path.resolve(path.dirname(HERE), '..', '..');
const EXTENSION = path.extname(HERE);

/** Written by setup/build.mjs. */
export const VERSIONS_FILE = 'step-versions.json';

export interface CodeVersion {
  /** SHA-256, hex. */
  readonly digest: string;
  /** Names of the packages that the files import. */
  readonly packages: readonly string[];
}

export interface CodeVersions {
  readonly [kind: string]: CodeVersion;
}

/** The file that a kind's step is in. */
export const entryOf = (kind: string, root: string): string =>
  path.join(root, 'activities', `${kind}${EXTENSION}`);

/** @throws PipelineError `INTERNAL` if the modules of a kind cannot be followed. */
export function computeCodeVersions(root: string): CodeVersions {
  return Object.fromEntries(
    CACHEABLE_KINDS.filter((kind) => existsSync(entryOf(kind, root))).map((kind) => [
      kind,
      codeVersionAt(
        kindsPerformedBy(kind).map((performed) => entryOf(performed, root)),
        root,
      ),
    ]),
  );
}

/**
 * @param entries  absolute paths of the modules.
 * @param root  absolute; the digest holds the files' paths below it.
 */
export function codeVersionAt(entries: readonly string[], root: string): CodeVersion {
  const graphs = entries.map(moduleGraph);
  const of = (part: 'files' | 'assets' | 'packages') =>
    [...new Set(graphs.flatMap((graph) => graph[part]))].sort();
  const [files, assets, packages] = [of('files'), of('assets'), of('packages')];
  const hash = createHash('sha256');
  for (const file of [...files, ...assets.flatMap(filesBelow)]) {
    const name = path.relative(root, file).replaceAll(path.sep, '/');
    hash.update(name).update('\0').update(readFileSync(file)).update('\0');
  }
  return { digest: hash.digest('hex'), packages };
}

function filesBelow(asset: string): string[] {
  if (!existsSync(asset)) return [];
  if (statSync(asset).isFile()) return [asset];
  return readdirSync(asset, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

/** Of the code that is on the disk now; it may have been built anew since this process started. */
export function readCodeVersions(root: string = CODE_ROOT): CodeVersions {
  const file = path.join(root, VERSIONS_FILE);
  if (!existsSync(file)) return computeCodeVersions(root);
  const value = JSON.parse(readFileSync(file, 'utf8')) as Json;
  const entries = isJsonObject(value) ? Object.entries(value) : [];
  return Object.fromEntries(
    entries.flatMap(([kind, version]) => {
      if (!isJsonObject(version)) return [];
      const { digest, packages } = version;
      if (typeof digest !== 'string' || !Array.isArray(packages)) return [];
      return [[kind, { digest, packages: packages.map(String) }] as const];
    }),
  );
}
