/** A project: its config, and the kinds of step that its team made. */
import { isPipelineError, PipelineError, PipelineErrors } from '../errors.ts';
import { builtInKinds, setOwnKinds } from '../spec/step-schemas.ts';
import { configError, loadConfig, NO_CONFIG, type ProjectConfig } from './config.ts';
import { type OwnStep, readOwnStep } from './own-step.ts';
import { resolveInProject } from './project-file.ts';

export interface Project {
  readonly config: ProjectConfig;
  /** By kind. */
  readonly ownSteps: ReadonlyMap<string, OwnStep>;
}

export const EMPTY_PROJECT: Project = { config: NO_CONFIG, ownSteps: new Map() };

const MODULE = /\.m?js$/;

/**
 * Reads the project's config and the schemas of its own steps, and makes their kinds known to
 * this process, so that pipelines can use them. Runs no code of the team.
 *
 * @param folder  absolute.
 * @throws PipelineErrors `CONFIG_INVALID`, `OWN_STEP_INVALID`, with every fault.
 */
export function useProject(folder: string): Project {
  const { config, source } = loadConfig(folder);
  const ownSteps = new Map<string, OwnStep>();
  const errors: PipelineError[] = [];
  config.steps.forEach((named, index) => {
    try {
      const step = readNamed(folder, named);
      const clash = clashOf(step, ownSteps);
      if (clash !== null) throw new PipelineError('CONFIG_INVALID', clash);
      ownSteps.set(step.kind, step);
    } catch (error) {
      errors.push(...faultsOf(error, (problem) => placed(problem, index, source)));
    }
  });
  if (errors.length > 0) throw new PipelineErrors(errors);
  setOwnKinds([...ownSteps.values()]);
  return { config, ownSteps };
}

function readNamed(folder: string, named: string): OwnStep {
  if (!MODULE.test(named)) {
    throw new PipelineError(
      'CONFIG_INVALID',
      `"${named}" is no module: it must end in .mjs or .js`,
    );
  }
  const module = resolveInProject(folder, named, 'CONFIG_INVALID');
  const schema = named.replace(MODULE, '.schema.json');
  return readOwnStep(module, resolveInProject(folder, schema, 'CONFIG_INVALID'));
}

function clashOf(step: OwnStep, others: ReadonlyMap<string, OwnStep>): string | null {
  const { kind, schemaFile } = step;
  if (builtInKinds().includes(kind)) {
    return `${schemaFile}: "${kind}" is a kind of modelwright itself; choose another name, such as team/${kind}`;
  }
  const other = others.get(kind);
  return other === undefined
    ? null
    : `two steps are of the kind "${kind}": ${other.schemaFile} and ${schemaFile}`;
}

function faultsOf(error: unknown, place: (error: PipelineError) => PipelineError) {
  if (!isPipelineError(error)) throw error;
  return (error instanceof PipelineErrors ? error.errors : [error]).map(place);
}

/** What has no place of its own is wrong with the entry of the config. */
function placed(
  error: PipelineError,
  index: number,
  source: ReturnType<typeof loadConfig>['source'],
): PipelineError {
  if (error.location !== undefined || error.code !== 'CONFIG_INVALID') return error;
  const { message, remedy } = error;
  const found = { message, path: ['steps', index], at: 'value' as const };
  return configError(remedy === undefined ? found : { ...found, remedy }, source);
}
