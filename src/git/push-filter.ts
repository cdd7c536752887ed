/** Which pipelines a push runs. */
import type { PushTrigger } from '../spec/spec.ts';
import type { FoundPipeline } from './catalogue.ts';
import { matchesGlob } from '../glob.ts';
import { parseRef } from './ref-name.ts';

/** What stood on the ref before. */
export interface Baseline {
  /** `undefined` where there was no such good pipeline. */
  readonly planOf: (name: string) => string | null | undefined;
  /** Whether the ref was not there, or named another commit. */
  readonly moved: boolean;
  /** Paths of the commit that differ from then; all of them where nothing can be compared with. */
  readonly changedFiles: () => Promise<readonly string[]>;
}

/**
 * Those that `on.push` asks for.
 *
 * On a branch a pipeline runs if its plan changed, or if it names `paths` and one of them changed:
 * a comment runs nothing. A tag that is set or moved runs what asks for tags, changed or not.
 */
export async function pipelinesToRun(
  found: readonly FoundPipeline[],
  ref: string,
  baseline: Baseline,
): Promise<readonly FoundPipeline[]> {
  if (!baseline.moved) return [];
  const asking = found.filter(({ triggers }) => triggers.push && asksFor(triggers.push, ref));
  if (parseRef(ref)?.type === 'tag') return asking;
  const isChanged = ({ name, planDigest }: FoundPipeline) => baseline.planOf(name) !== planDigest;
  const byPath = asking.some((one) => !isChanged(one) && one.triggers.push?.paths);
  const changed = byPath ? await baseline.changedFiles() : [];
  return asking.filter(
    (one) =>
      isChanged(one) ||
      (one.triggers.push?.paths ?? []).some((glob) =>
        changed.some((file) => matchesGlob(glob, file)),
      ),
  );
}

function asksFor({ branches, tags }: PushTrigger, ref: string): boolean {
  const parsed = parseRef(ref);
  if (!parsed) return false;
  const matches = (globs: readonly string[]) =>
    globs.some((glob) => matchesGlob(glob, parsed.name));
  if (parsed.type === 'tag') return tags !== null && matches(tags);
  return branches === null ? tags === null : matches(branches);
}
