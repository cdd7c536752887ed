/** Compares the pipelines of two commits, without registering or running anything. */
import { readCatalogue, type FoundPipeline, type PipelineSource } from './catalogue.ts';
import { loadFromTexts, readChildTexts } from './child-pipelines.ts';
import { pushPlan } from './pipeline-file.ts';
import { labelOf } from './pipeline-label.ts';
import { diffPlans, type PlanDiff } from './plan-diff.ts';
import { mergeBase, openRepository, resolveCommit, type OpenOptions } from './repository.ts';
import { sourceOf } from './snapshot.ts';
import { reportedBroken, type SyncReport } from './sync-report.ts';

export interface CheckOptions extends OpenOptions {
  readonly repository: string;
  /** A branch, tag or commit. Compared with is where `head` left it. */
  readonly base: string;
  /** @default 'HEAD' */
  readonly head?: string | undefined;
}

export interface CheckedPipeline {
  readonly name: string;
  readonly file: string;
}

export interface ChangedPipeline extends CheckedPipeline {
  /** Its file before, if that was another one. */
  readonly from: string | null;
  /** `null` where every run must give parameters, without which there is no plan. */
  readonly diff: PlanDiff | null;
  /** Whether `on` is another one. */
  readonly triggers: boolean;
}

export interface CheckReport {
  readonly repository: string;
  readonly base: string;
  readonly head: string;
  readonly added: readonly CheckedPipeline[];
  readonly removed: readonly CheckedPipeline[];
  readonly changed: readonly ChangedPipeline[];
  readonly unchanged: number;
  readonly broken: SyncReport['broken'];
}

/** @throws PipelineError `GIT_*`; broken pipelines of `head` are in the report. */
export async function checkCommit(options: CheckOptions): Promise<CheckReport> {
  const repository = await openRepository(options.repository, options);
  const head = await resolveCommit(repository, options.head ?? 'HEAD');
  const named = await resolveCommit(repository, options.base);
  const base = (await mergeBase(repository, named, head)) ?? named;
  const before = await sourceOf(repository, null, base);
  const after = await sourceOf(repository, null, head);
  const old = await readCatalogue(before, {});
  // Blobs that were good before need no second look.
  const now = await readCatalogue(after, Object.fromEntries(old.facts));
  const oldByName = new Map(old.good.map((one) => [one.name, one]));
  const held = new Set([...now.good, ...now.broken].map(({ name }) => name));
  const brokenFiles = new Set(now.broken.map(({ file }) => file));
  const changed: ChangedPipeline[] = [];
  for (const pipeline of now.good) {
    const earlier = oldByName.get(pipeline.name);
    if (earlier && isOther(earlier, pipeline)) {
      changed.push(await comparePipeline([before, earlier], [after, pipeline]));
    }
  }
  const added = now.good.filter(({ name }) => !oldByName.has(name));
  return {
    repository: repository.name,
    base,
    head,
    added: added.map(asChecked),
    removed: old.good
      .filter(({ name, file }) => !held.has(name) && !brokenFiles.has(file))
      .map(asChecked),
    changed,
    unchanged: now.good.length - added.length - changed.length,
    broken: reportedBroken(now.broken),
  };
}

const asChecked = ({ name, file }: FoundPipeline): CheckedPipeline => ({ name, file });

const isOther = (one: FoundPipeline, other: FoundPipeline): boolean =>
  one.blob !== other.blob ||
  one.file !== other.file ||
  one.planDigest !== other.planDigest ||
  changedData(one, other).size > 0;

type Side = readonly [PipelineSource, FoundPipeline];

async function comparePipeline(before: Side, after: Side): Promise<ChangedPipeline> {
  const [, earlier] = before;
  const [, now] = after;
  const hasPlans = earlier.planDigest !== null && now.planDigest !== null;
  return {
    name: now.name,
    file: now.file,
    from: earlier.file === now.file ? null : earlier.file,
    diff: hasPlans
      ? diffPlans(await planOf(before), await planOf(after), changedData(earlier, now))
      : null,
    triggers: JSON.stringify(earlier.triggers) !== JSON.stringify(now.triggers),
  };
}

async function planOf([source, { blob, file, pipelines }]: Side) {
  const contents = await source.read(await source.sizes([blob]));
  const { commit } = source;
  return pushPlan({
    text: new TextDecoder().decode(contents.get(blob)),
    label: labelOf(commit, file),
    load: loadFromTexts(await readChildTexts(source, pipelines), commit),
  });
}

function changedData(one: FoundPipeline, other: FoundPipeline): ReadonlySet<string> {
  const paths = Object.keys({ ...one.data, ...other.data });
  return new Set(paths.filter((path) => one.data[path] !== other.data[path]));
}
