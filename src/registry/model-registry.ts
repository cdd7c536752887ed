/**
 * The registry of models in the state folder:
 *
 *     models/<name>/versions/<n>.json   what version n is; never changed
 *     models/<name>/aliases/<n>.json    the n-th move of an alias; the last one counts. A roll-back
 *                                       is a move as well, and says who wanted it and why
 *
 * Both are lists that are only appended to, so the registry keeps its own history, and needs no
 * lock that a crash could leave behind.
 */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { RunIdentity } from '../activities/step.ts';
import type { ArtifactRef } from '../artifacts/artifact.ts';
import { errnoOf } from '../artifacts/file-system.ts';
import { modelsFolder } from '../artifacts/state-folder.ts';
import { PipelineError } from '../errors.ts';
import { currentVersion, targetOf, withdrawnOf } from './alias-history.ts';
import type { AliasMove, Withdrawal } from './alias-history.ts';
import { appendOnce, readEntries } from './numbered-log.ts';

export interface Promotion {
  readonly name: string;
  readonly alias: string;
  readonly model: ArtifactRef;
  readonly run: RunIdentity;
  /** The step id; with the run's id it is the origin, which is registered once. */
  readonly step: string;
  readonly metrics: Readonly<Record<string, number>>;
  readonly auditStatus: string | null;
  readonly reviewVerdict: string | null;
}

export interface ModelVersion extends Omit<Promotion, 'alias'> {
  readonly version: number;
  readonly registeredAtMs: number;
}

export interface RegisteredModel {
  readonly name: string;
  /** In order, from 1. */
  readonly versions: readonly ModelVersion[];
  /** Version that each alias names. */
  readonly aliases: Readonly<Record<string, number>>;
  /** Every move of an alias, the oldest first. */
  readonly moves: readonly AliasMove[];
  /** Versions that an alias was rolled back from, and whose model it has not been given since. */
  readonly withdrawn: readonly Withdrawal[];
}

export interface RollBack {
  readonly name: string;
  readonly alias: string;
  /** A version that the alias named before. @default the one before the current one */
  readonly to?: number | undefined;
  /** Version that is to be withdrawn: an alias that names another by now is left where it is. */
  readonly from?: number | undefined;
  readonly reason: string;
  /** Who rolls back: a person, or the pipeline of `origin`. */
  readonly by: string;
  /** A step of a run rolls back once. @default none: each call is a roll-back of its own */
  readonly origin?: { readonly run: string; readonly step: string } | undefined;
}

export interface RollBackResult {
  readonly from: number;
  readonly to: number;
}

export interface PromotionResult {
  readonly version: number;
  /** Version that the alias named before; `null` if it is new. */
  readonly previousVersion: number | null;
}

export interface ModelRegistry {
  /**
   * Registers a model and moves an alias to it. Called again for the same run and step, after a
   * crash at any point, it finishes what is missing and returns the same; an alias that has since
   * moved on stays where it is.
   *
   * @throws PipelineError `STORE_UNWRITABLE`, `DISK_FULL`, `ARTIFACT_CORRUPT`
   */
  promote(promotion: Promotion): Promise<PromotionResult>;
  /**
   * Moves an alias back to a version that it named before. Called again for the same origin it
   * changes nothing and returns the same.
   *
   * @throws PipelineError `MODEL_NOT_FOUND` where there is no such model or alias;
   * `ROLL_BACK_REFUSED` where there is no earlier version, or `to` is none, or the alias names
   * another version than `from` by now (then `details.current` is that);
   * `STORE_UNWRITABLE`, `DISK_FULL`, `ARTIFACT_CORRUPT`
   */
  rollBack(request: RollBack): Promise<RollBackResult>;
  /** By name. */
  listModels(): Promise<readonly RegisteredModel[]>;
  /** @throws PipelineError `MODEL_NOT_FOUND` */
  getModel(name: string, versionOrAlias: number | string): Promise<ModelVersion>;
}

type StoredVersion = Omit<ModelVersion, 'version'>;

/** The same pattern as in the schema of `promote`, which also keeps names from being paths. */
const NAME = /^[a-z][a-z0-9-]{0,62}$/;

export function openModelRegistry(stateFolder: string): ModelRegistry {
  const root = modelsFolder(stateFolder);
  return {
    promote: (promotion) => promote(root, promotion),
    rollBack: (request) => rollBack(root, request),
    listModels: () => listModels(root),
    getModel: (name, versionOrAlias) => getModel(root, name, versionOrAlias),
  };
}

async function promote(root: string, promotion: Promotion): Promise<PromotionResult> {
  const { alias, ...registered } = promotion;
  const { name, run, step } = registered;
  checkName(name);
  checkName(alias);
  const { number: version } = await appendOnce<StoredVersion>(path.join(root, name, 'versions'), {
    isMine: (entry) => entry.run.id === run.id && entry.step === step,
    make: () => ({ ...registered, registeredAtMs: Date.now() }),
  });
  const { value: move } = await appendOnce<AliasMove>(path.join(root, name, 'aliases'), {
    isMine: (entry) => entry.run === run.id && entry.step === step && entry.alias === alias,
    make: (before) => ({
      alias,
      version,
      previousVersion: currentVersion(
        before.map(({ value }) => value),
        alias,
      ),
      run: run.id,
      step,
      movedAtMs: Date.now(),
    }),
  });
  return { version, previousVersion: move.previousVersion };
}

async function rollBack(root: string, request: RollBack): Promise<RollBackResult> {
  const { name, alias, origin, reason, by } = request;
  await getModel(root, name, alias);
  const { run, step } = origin ?? { run: null, step: null };
  const { value } = await appendOnce<AliasMove>(path.join(root, name, 'aliases'), {
    isMine: (move) => run !== null && move.run === run && move.step === step,
    make: (before) => {
      const moves = before.map(({ value }) => value);
      const { from, to } = targetOf(moves, request);
      const moved = { alias, version: to, previousVersion: from, run, step };
      return { ...moved, movedAtMs: Date.now(), rollBack: { reason, by } };
    },
  });
  return { from: value.previousVersion ?? value.version, to: value.version };
}

async function listModels(root: string): Promise<readonly RegisteredModel[]> {
  let names: string[];
  try {
    names = await readdir(root);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
  const known = names.filter((name) => NAME.test(name)).sort();
  const models = await Promise.all(known.map((name) => readModel(root, name)));
  return models.filter((model) => model.versions.length > 0);
}

async function readModel(root: string, name: string): Promise<RegisteredModel> {
  // Aliases first: a version is there before an alias names it.
  const moves = await readEntries<AliasMove>(path.join(root, name, 'aliases'));
  const versions = await readEntries<StoredVersion>(path.join(root, name, 'versions'));
  const known = versions.map(({ number, value }) => ({ ...value, version: number }));
  const history = moves.map(({ value }) => value);
  return {
    name,
    versions: known,
    aliases: Object.fromEntries(history.map(({ alias, version }) => [alias, version])),
    moves: history,
    withdrawn: withdrawnOf(history, (version) => known[version - 1]?.model.sha256),
  };
}

async function getModel(
  root: string,
  name: string,
  versionOrAlias: number | string,
): Promise<ModelVersion> {
  const model = NAME.test(name) ? await readModel(root, name) : null;
  if (model === null || model.versions.length === 0) {
    const names = (await listModels(root)).map((known) => known.name);
    throw notFound(`no model "${name}" is registered`, 'models', names);
  }
  const wanted = String(versionOrAlias);
  const aliased = Object.hasOwn(model.aliases, wanted) ? model.aliases[wanted] : undefined;
  const number = aliased ?? (/^[1-9]\d*$/.test(wanted) ? Number(wanted) : undefined);
  const found = model.versions.find(({ version }) => version === number);
  if (found !== undefined) return found;
  throw notFound(`model "${name}" has no version or alias "${wanted}"`, 'it has', [
    ...Object.keys(model.aliases),
    `versions 1 to ${model.versions.length}`,
  ]);
}

function notFound(message: string, label: string, known: readonly string[]): PipelineError {
  const remedy =
    known.length > 0 ? `${label}: ${known.join(', ')}` : 'a `promote` step registers models';
  return new PipelineError('MODEL_NOT_FOUND', message, { remedy });
}

function checkName(name: string): void {
  if (NAME.test(name)) return;
  throw new PipelineError('SPEC_INVALID', `"${name}" is no name of a model or alias`, {
    remedy: 'use lower-case letters, digits and hyphens, up to 63, the first one a letter',
  });
}
