/** The pipeline files of one commit or folder, taken as a set. */
import { PipelineError, PipelineErrors } from '../errors.ts';
import { isTestFile } from '../pipeline-test-name.ts';
import { MAX_CHECKED_OUT_BYTES } from './materialise-sources.ts';
import { ChildPipelineReader, type ChildBlobs } from './child-pipelines.ts';
import { dataFilesIn } from './data-files.ts';
import { readPipeline, type PipelineFacts } from './pipeline-file.ts';
import { labelOf, LARGEST_FILE_BYTES, shownPath } from './pipeline-label.ts';

/** Where files come from: a commit, or a folder without git. */
export interface PipelineSource {
  /** Without credentials; a path for a folder. */
  readonly repository: string;
  readonly ref: string | null;
  readonly commit: string | null;
  readonly files: readonly SourceFile[];
  sizes(blobs: readonly string[]): Promise<ReadonlyMap<string, number>>;
  read(sizes: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, Uint8Array>>;
}

export interface SourceFile {
  readonly path: string;
  /** Git's id, or the SHA-256 of a folder's file. */
  readonly blob: string;
  /** `false` for a symbolic link. */
  readonly isRegular: boolean;
  readonly isPipeline: boolean;
}

export interface FoundPipeline extends PipelineFacts {
  readonly file: string;
  readonly blob: string;
  /** Blob ids of its data files, by path. */
  readonly data: Readonly<Record<string, string>>;
}

export interface BrokenPipeline {
  readonly file: string;
  /** `null` where the file does not say it. */
  readonly name: string | null;
  readonly errors: readonly PipelineError[];
}

export interface Catalogue {
  readonly good: readonly FoundPipeline[];
  readonly broken: readonly BrokenPipeline[];
  /** Facts of every good file by its blob. */
  readonly facts: ReadonlyMap<string, PipelineFacts>;
}

export const isPipelineFile = (file: string): boolean =>
  /^pipelines\/(.*\/)?[^/]+\.ya?ml$/s.test(file) && !isTestFile(file);

/**
 * Reads and checks every pipeline file.
 *
 * @param known  facts of blobs that were good before; these are not parsed again.
 */
export async function readCatalogue(
  source: PipelineSource,
  known: Readonly<Record<string, PipelineFacts>>,
): Promise<Catalogue> {
  const files = source.files.filter(({ isPipeline }) => isPipeline);
  const blobOf = new Map(
    source.files.filter(({ isRegular }) => isRegular).map(({ path, blob }) => [path, blob]),
  );
  const factsOf = ({ blob, isRegular }: SourceFile): PipelineFacts | undefined => {
    const facts = isRegular && Object.hasOwn(known, blob) ? known[blob] : undefined;
    return facts && isCurrent(facts.pipelines, blobOf) ? facts : undefined;
  };
  const fresh = files.filter((file) => file.isRegular && !factsOf(file));
  const sizes = await source.sizes([...new Set(fresh.map(({ blob }) => blob))]);
  const contents = await source.read(
    new Map([...sizes].filter(([, size]) => size <= LARGEST_FILE_BYTES)),
  );
  const read = await readFiles(source, fresh, contents);
  const outcomes = files.map((file): Outcome => {
    const facts = factsOf(file);
    return facts ? { file, facts } : (read.get(file.path) ?? refuseFile(source, file));
  });
  const facts = new Map(
    outcomes.flatMap((one) => ('facts' in one ? [[one.file.blob, one.facts] as const] : [])),
  );
  const dataOf = dataFilesIn(blobOf);
  const found = outcomes.flatMap((one): readonly FoundPipeline[] => {
    if (!('facts' in one)) return [];
    const { facts: of, file } = one;
    return [{ ...of, file: file.path, blob: file.blob, data: dataOf(of.sources) }];
  });
  const broken = outcomes.flatMap((one) => ('errors' in one ? [one.errors] : []));
  const unique = refuseSharedNames(source, found);
  const sized = await refuseLargeData(source, unique.good);
  return {
    good: sized.good,
    broken: [...broken, ...unique.broken, ...sized.broken].sort((a, b) =>
      a.file < b.file ? -1 : 1,
    ),
    facts,
  };
}

type Outcome =
  | { readonly file: SourceFile; readonly facts: PipelineFacts }
  | { readonly file: SourceFile; readonly errors: BrokenPipeline };

/** What a pipeline says of itself holds as long as the pipelines that it runs are the same. */
const isCurrent = (pipelines: ChildBlobs, blobOf: ReadonlyMap<string, string>): boolean =>
  Object.entries(pipelines).every(([path, blob]) => blobOf.get(path) === blob);

/** In rounds: each reads the pipelines that those of the last were found to run. */
async function readFiles(
  source: PipelineSource,
  files: readonly SourceFile[],
  contents: ReadonlyMap<string, Uint8Array>,
): Promise<ReadonlyMap<string, Outcome>> {
  const reader = new ChildPipelineReader(source, contents);
  const outcomes = new Map<string, Outcome>();
  for (let open = files; open.length > 0;) {
    const again: SourceFile[] = [];
    for (const file of open) {
      const outcome = readFile(file, contents.get(file.blob), { source, reader });
      if (outcome) outcomes.set(file.path, outcome);
      else again.push(file);
    }
    if (again.length > 0) await reader.fetch();
    open = again;
  }
  return outcomes;
}

interface Reading {
  readonly source: PipelineSource;
  readonly reader: ChildPipelineReader;
}

/** @returns `null` where a pipeline that it runs must be read first */
function readFile(
  file: SourceFile,
  bytes: Uint8Array | undefined,
  { source, reader }: Reading,
): Outcome | null {
  const label = labelOf(source.commit, file.path);
  if (!bytes) return refuseFile(source, file);
  const attempt = reader.attempt((load) => factsOrErrors(() => readPipeline(bytes, label, load)));
  if (!attempt) return null;
  const { result, used } = attempt;
  if ('facts' in result) return { file, facts: { ...result.facts, pipelines: used } };
  return { file, errors: { file: file.path, name: nameIn(bytes), errors: result.errors } };
}

function factsOrErrors<Facts>(
  read: () => Facts,
): { readonly facts: Facts } | { readonly errors: readonly PipelineError[] } {
  try {
    return { facts: read() };
  } catch (error) {
    if (error instanceof PipelineErrors) return { errors: error.errors };
    throw error;
  }
}

function refuseFile({ commit }: PipelineSource, file: SourceFile): Outcome {
  const { path, isRegular } = file;
  const location = { file: labelOf(commit, path), line: 1, column: 1 };
  const error = isRegular
    ? new PipelineError('SPEC_LIMIT', 'the file is larger than 1 MB', { location })
    : new PipelineError('SPEC_NOT_FOUND', 'this is not a regular file', { location });
  return { file, errors: { file: path, name: null, errors: [error] } };
}

/** The name of a file that may be too broken to parse, so that its registration is left alone. */
function nameIn(bytes: Uint8Array): string | null {
  const text = new TextDecoder().decode(bytes);
  return /^name:[ \t]*["']?([a-z][a-z0-9-]*)/m.exec(text)?.[1] ?? null;
}

interface Sorted {
  readonly good: readonly FoundPipeline[];
  readonly broken: readonly BrokenPipeline[];
}

/** Neither of two files with one name counts: which of them is meant, only a person can say. */
function refuseSharedNames(source: PipelineSource, found: readonly FoundPipeline[]): Sorted {
  const byName = new Map<string, FoundPipeline[]>();
  for (const one of found) byName.set(one.name, [...(byName.get(one.name) ?? []), one]);
  const isAlone = ({ name }: FoundPipeline) => byName.get(name)?.length === 1;
  const broken = found
    .filter((one) => !isAlone(one))
    .map((one) => {
      const others = (byName.get(one.name) ?? []).filter((other) => other !== one);
      const by = others.map(({ file }) => labelOf(source.commit, file)).join(', ');
      return nameTaken(source, one, { by, remedy: 'rename one of them' });
    });
  return { good: found.filter(isAlone), broken };
}

export interface NameHolder {
  /** Who has the name, as people see it. */
  readonly by: string;
  readonly remedy: string;
}

export function nameTaken(
  source: PipelineSource,
  { file, name, nameAt }: FoundPipeline,
  { by, remedy }: NameHolder,
): BrokenPipeline {
  const location = { file: labelOf(source.commit, file), ...nameAt };
  const message = `the name "${name}" is also that of ${by}`;
  const error = new PipelineError('PIPELINE_NAME_TAKEN', message, { location, remedy });
  return { file, name, errors: [error] };
}

async function refuseLargeData(
  source: PipelineSource,
  found: readonly FoundPipeline[],
): Promise<Sorted> {
  const blobs = [...new Set(found.flatMap(({ data }) => Object.values(data)))];
  const sizes = await source.sizes(blobs);
  const largeOf = ({ data }: FoundPipeline) =>
    Object.keys(data).find((path) => (sizes.get(data[path] ?? '') ?? 0) > MAX_CHECKED_OUT_BYTES);
  const broken = found.flatMap((one): readonly BrokenPipeline[] => {
    const large = largeOf(one);
    if (large === undefined) return [];
    const message = `the data file ${shownPath(large)} has over ${MAX_CHECKED_OUT_BYTES} bytes`;
    const location = { file: labelOf(source.commit, one.file), line: 1, column: 1 };
    const remedy = 'keep large data outside git, in the project folder';
    return [
      {
        file: one.file,
        name: one.name,
        errors: [new PipelineError('DATA_TOO_LARGE', message, { location, remedy })],
      },
    ];
  });
  return { good: found.filter((one) => largeOf(one) === undefined), broken };
}
