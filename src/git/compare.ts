/** What a commit's pipelines change about those that are registered. Pure. */
import type { BrokenPipeline, Catalogue, FoundPipeline, PipelineSource } from './catalogue.ts';
import { nameTaken } from './catalogue.ts';
import type { Registration } from './registration.ts';

export interface Registering {
  readonly pipeline: FoundPipeline;
  readonly before: Registration | undefined;
  /** `moved`: the same content under another file name. */
  readonly change: 'added' | 'changed' | 'moved';
}

export interface Comparison {
  readonly registering: readonly Registering[];
  readonly unchanged: readonly FoundPipeline[];
  /** Good ones that another branch holds: they may run, and are not registered. */
  readonly elsewhere: readonly FoundPipeline[];
  readonly retiring: readonly Registration[];
  readonly broken: readonly BrokenPipeline[];
}

export interface CompareOptions {
  readonly source: PipelineSource;
  readonly catalogue: Catalogue;
  readonly registered: ReadonlyMap<string, Registration>;
  /** Whether a ref of the same repository gives its pipelines up to this one. */
  readonly yields: (ref: string | null) => boolean;
  /** Take names from other repositories too. */
  readonly takeOver: boolean;
}

type Holding = 'mine' | 'elsewhere' | 'taken';

export function compareWithRegistered(options: CompareOptions): Comparison {
  const { source, catalogue, registered } = options;
  const held = (wanted: Holding) =>
    catalogue.good.filter(({ name }) => holdingOf(registered.get(name), options) === wanted);
  const mine = held('mine').map((pipeline) => {
    const before = registered.get(pipeline.name);
    return { pipeline, before, change: changeOf(pipeline, before, source) };
  });
  const taken = held('taken').map((pipeline) => {
    const { repository = '', file = '' } = registered.get(pipeline.name) ?? {};
    return nameTaken(source, pipeline, {
      by: `${file} of ${repository}`,
      remedy: 'rename one of them, or take the name over: `--take-over`',
    });
  });
  return {
    registering: mine.flatMap(({ change, ...one }) => (change ? [{ ...one, change }] : [])),
    unchanged: mine.flatMap(({ pipeline, change }) => (change ? [] : [pipeline])),
    elsewhere: held('elsewhere'),
    retiring: retiring(options),
    broken: [...catalogue.broken, ...taken],
  };
}

function holdingOf(before: Registration | undefined, options: CompareOptions): Holding {
  const { source, yields, takeOver } = options;
  if (!before || before.retiredAt !== undefined) return 'mine';
  if (before.repository !== source.repository) return takeOver ? 'mine' : 'taken';
  return before.ref === source.ref || yields(before.ref) ? 'mine' : 'elsewhere';
}

/** @returns `null` where it is registered just so */
function changeOf(
  pipeline: FoundPipeline,
  before: Registration | undefined,
  source: PipelineSource,
): Registering['change'] | null {
  if (!before || before.retiredAt !== undefined) return 'added';
  if (before.blob !== pipeline.blob || !isEqualData(before.data, pipeline.data)) return 'changed';
  if (!isEqualData(blobsOf(before), pipeline.pipelines)) return 'changed';
  if (before.repository !== source.repository || before.ref !== source.ref) return 'changed';
  return before.file === pipeline.file ? null : 'moved';
}

const blobsOf = ({ pipelines = {} }: Registration): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(pipelines).map(([path, { blob }]) => [path, blob]));

function isEqualData(one: Registration['data'], other: Registration['data']): boolean {
  const paths = Object.keys(one);
  return (
    paths.length === Object.keys(other).length && paths.every((path) => one[path] === other[path])
  );
}

/**
 * Those whose file is gone. A broken file keeps what is registered under its path or its name; one
 * that is new and does not even tell its name might be any of them under another path.
 */
function retiring({ source, catalogue, registered }: CompareOptions): readonly Registration[] {
  const names = new Set(catalogue.good.map(({ name }) => name));
  for (const { name } of catalogue.broken) if (name !== null) names.add(name);
  const files = new Set(catalogue.broken.map(({ file }) => file));
  const mine = [...registered.values()].filter(
    ({ repository, ref, retiredAt }) =>
      retiredAt === undefined && repository === source.repository && ref === source.ref,
  );
  const known = new Set(mine.map(({ file }) => file));
  if (catalogue.broken.some(({ name, file }) => name === null && !known.has(file))) return [];
  return mine.filter(({ name, file }) => !names.has(name) && !files.has(file));
}
