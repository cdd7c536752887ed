/** The project's config: what its pipelines may use on this machine. */
import { PipelineError, PipelineErrors } from '../errors.ts';
import { isJsonObject, type Json } from '../json.ts';
import { readYaml } from '../spec/read-yaml.ts';
import { faultsOf } from '../spec/schema-faults.ts';
import { createSourceMap, lineFinder } from '../spec/source-map.ts';
import type { Fault, SourceMap } from '../spec/spec.ts';
import { createAjv, readSchema } from '../spec/step-schemas.ts';
import { findIn, readSmallText } from './project-file.ts';

export interface ProjectConfig {
  /** Modules of own steps, by their paths from the project's folder. */
  readonly steps: readonly string[];
  /** Programs that `command` steps may run; names, and globs of paths that start with `./` or `/`. */
  readonly commands: readonly string[];
  readonly http: HttpConfig;
  /** Globs of environment variables and files; `null`: any but modelwright's own. */
  readonly secrets: readonly string[] | null;
}

export interface HttpConfig {
  /** `host` or `host:port`; these may be in an inner network. */
  readonly allow: readonly string[];
  /** Whether other hosts may be reached, if they are of the open internet. */
  readonly public: boolean;
}

export const NO_CONFIG: ProjectConfig = {
  steps: [],
  commands: [],
  http: { allow: [], public: true },
  secrets: null,
};

/** JSON is YAML, so that one reader gives both their lines and columns. */
const NAMES = ['modelwright.json', 'modelwright.yaml'];
const NO_HOLES: ReadonlySet<string> = new Set();

export interface LoadedConfig {
  readonly config: ProjectConfig;
  /** Gives a fault of the config its place; `null` where there is no file. */
  readonly source: SourceMap | null;
}

/**
 * Reads `modelwright.json` or `modelwright.yaml`; a project without one has `NO_CONFIG`.
 *
 * @param project  absolute folder.
 * @throws PipelineErrors `CONFIG_INVALID` with every fault at its place.
 */
export function loadConfig(project: string): LoadedConfig {
  const [file, other] = findIn(project, NAMES);
  if (file === undefined) return { config: NO_CONFIG, source: null };
  if (other !== undefined) {
    throw new PipelineError('CONFIG_INVALID', `there are both ${file} and ${other}`, {
      remedy: 'keep one of them',
    });
  }
  const text = readSmallText(file, 'CONFIG_INVALID');
  const at = lineFinder(file, text);
  const { value, root, faults } = readYaml(text);
  if (faults.length > 0 || !isJsonObject(value)) {
    throw new PipelineErrors(
      faults.length === 0
        ? [new PipelineError('CONFIG_INVALID', 'the file is not a map', { location: at(0) })]
        : faults.map(
            ({ message, remedy, offset }) =>
              new PipelineError('CONFIG_INVALID', message, { location: at(offset), remedy }),
          ),
    );
  }
  const source = createSourceMap(root, text, at);
  return { config: decode(value, source), source };
}

/** @throws PipelineErrors `CONFIG_INVALID` */
function decode(value: Json, source: SourceMap): ProjectConfig {
  const check = createAjv().compile(readSchema('config.schema.json'));
  if (!check(value)) {
    const faults = faultsOf(check.errors ?? [], value, NO_HOLES);
    throw new PipelineErrors(faults.map((fault) => configError(fault, source)));
  }
  const { steps, commands, http, secrets } = value as Partial<ProjectConfig>;
  return {
    steps: steps ?? [],
    commands: commands ?? [],
    http: { ...NO_CONFIG.http, ...http },
    secrets: secrets ?? null,
  };
}

export const configError = (
  { message, remedy, path, at }: Pick<Fault, 'message' | 'path' | 'at' | 'remedy'>,
  source: SourceMap | null,
): PipelineError =>
  new PipelineError('CONFIG_INVALID', message, { location: source?.locate(path, at), remedy });
