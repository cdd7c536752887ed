/**
 * The registry of models in the state folder:
 *
 *     models/<name>/versions/<n>.json   what version n is; never changed
 *     models/<name>/aliases/<n>.json    the n-th move of an alias; the last one counts
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
  /** By name. */
  listModels(): Promise<readonly RegisteredModel[]>;
  /** @throws PipelineError `MODEL_NOT_FOUND` */
  getModel(name: string, versionOrAlias: number | string): Promise<ModelVersion>;
}

/** One entry of `aliases/`. */
interface AliasMove {
  readonly alias: string;
  readonly version: number;
  readonly previousVersion: number | null;
  readonly run: string;
  readonly step: string;
  readonly movedAtMs: number;
}

type StoredVersion = Omit<ModelVersion, 'version'>;

/** The same pattern as in the schema of `promote`, which also keeps names from being paths. */
const NAME = /^[a-z][a-z0-9-]{0,62}$/;

export function openModelRegistry(stateFolder: string): ModelRegistry {
  const root = modelsFolder(stateFolder);
  return {
    promote: (promotion) => promote(root, promotion),
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
      previousVersion:
        before.findLast((entry) => entry.value.alias === alias)?.value.version ?? null,
      run: run.id,
      step,
      movedAtMs: Date.now(),
    }),
  });
  return { version, previousVersion: move.previousVersion };
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
  return {
    name,
    versions: versions.map(({ number, value }) => ({ ...value, version: number })),
    aliases: Object.fromEntries(moves.map(({ value }) => [value.alias, value.version])),
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
