/** What the moves of a model's aliases come to: where an alias stands, and where it may go back. */
import { PipelineError } from '../errors.ts';

/** One entry of `aliases/`. */
export interface AliasMove {
  readonly alias: string;
  readonly version: number;
  readonly previousVersion: number | null;
  /** Id of the run whose step moved it; `null`: a person, by the command line. */
  readonly run: string | null;
  readonly step: string | null;
  readonly movedAtMs: number;
  /** Absent: a promotion. */
  readonly rollBack?: { readonly reason: string; readonly by: string };
}

/** A version that an alias was rolled back from. */
export interface Withdrawal {
  readonly alias: string;
  readonly version: number;
  readonly reason: string;
  readonly by: string;
  readonly atMs: number;
}

export interface WantedMove {
  readonly name: string;
  readonly alias: string;
  readonly to?: number | undefined;
  readonly from?: number | undefined;
}

export const currentVersion = (moves: readonly AliasMove[], alias: string): number | null =>
  moves.findLast((move) => move.alias === alias)?.version ?? null;

/**
 * The versions that an alias can go back through, the current one last. What was rolled back from
 * is no longer among them, so that going back twice goes back two versions.
 */
function standing(moves: readonly AliasMove[], alias: string): readonly number[] {
  const versions: number[] = [];
  for (const move of moves) {
    if (move.alias !== alias) continue;
    if (move.rollBack) versions.length = versions.lastIndexOf(move.version);
    versions.push(move.version);
  }
  return versions;
}

/** @throws PipelineError `ROLL_BACK_REFUSED` */
export function targetOf(
  moves: readonly AliasMove[],
  { name, alias, to, from: wanted }: WantedMove,
): { readonly from: number; readonly to: number } {
  const versions = standing(moves, alias);
  const from = versions.at(-1) ?? 0;
  if (wanted !== undefined && wanted !== from) throw moved({ name, alias, wanted, current: from });
  const earlier = [...new Set(versions.slice(0, -1))].filter((version) => version !== from);
  const target = to ?? earlier.at(-1);
  if (target !== undefined && earlier.includes(target)) return { from, to: target };
  const what = to === undefined ? 'an earlier version' : `version ${to}`;
  throw new PipelineError(
    'ROLL_BACK_REFUSED',
    `${name} version ${from} stays ${alias}: ${what} was not ${alias} before it`,
    {
      remedy:
        earlier.length === 0
          ? `nothing else was ${alias} before: promote another model`
          : `it can go back to version ${earlier.join(', ')}`,
    },
  );
}

function moved(at: {
  name: string;
  alias: string;
  wanted: number;
  current: number;
}): PipelineError {
  const { name, alias, wanted, current } = at;
  return new PipelineError(
    'ROLL_BACK_REFUSED',
    `${name} version ${wanted} is not rolled back: version ${current} is ${alias} by now`,
    { remedy: 'judge the version that it is now', details: { current } },
  );
}

/** @param digestOf  of a version's model; the same model may be registered as several versions. */
export function withdrawnOf(
  moves: readonly AliasMove[],
  digestOf: (version: number) => string | undefined,
): readonly Withdrawal[] {
  const withdrawn: Withdrawal[] = [];
  const standingOf = new Map<string, number[]>();
  for (const { alias, version, rollBack, movedAtMs: atMs } of moves) {
    const versions = standingOf.get(alias) ?? [];
    standingOf.set(alias, versions);
    if (rollBack) {
      const kept = versions.lastIndexOf(version) + 1;
      const gone = versions.splice(kept).filter((one) => digestOf(one) !== digestOf(version));
      withdrawn.push(...gone.map((one) => ({ alias, version: one, ...rollBack, atMs })));
      continue;
    }
    versions.push(version);
    const digest = digestOf(version);
    const isBack = (one: Withdrawal) => one.alias === alias && digestOf(one.version) === digest;
    withdrawn.splice(0, withdrawn.length, ...withdrawn.filter((one) => !isBack(one)));
  }
  return withdrawn;
}
