/** Reads one secret, on the machine and in the process that needs it. */
import { readSourceFile } from '../../data/source-file.ts';
import { isPipelineError, PipelineError } from '../../errors.ts';
import { matchesGlob } from '../../glob.ts';
import type { SecretMarker } from '../../plan/secret-marker.ts';

export interface SecretPlaces {
  /** Absolute folder that secret files lie in and may not leave. */
  readonly project: string;
  /** Globs of the config; `null`: any but modelwright's own. */
  readonly allowed: readonly string[] | null;
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv | undefined;
}

const MAX_BYTES = 64 * 1024;
/** A shorter one could not be kept out of a log without making the log unreadable. */
const MIN_CHARS = 4;
/** What modelwright itself connects with: whoever writes a pipeline must not get at it. */
const OWN = /^(?:TEMPORAL|MODELWRIGHT)_/i;

/**
 * The value, without the line break at the end of a file.
 *
 * @throws PipelineError `SECRET_MISSING`, `SECRET_REFUSED`; the message has the secret's name and
 * source, never its value.
 */
export async function readSecret({ $secret }: SecretMarker, places: SecretPlaces): Promise<string> {
  const { name, source } = $secret;
  const isEnv = 'env' in source;
  const where = isEnv ? `environment variable ${source.env}` : `file ${source.file}`;
  const label = `the secret "${name}" (${where})`;
  checkAllowed(isEnv ? source.env : source.file, { label, isEnv, allowed: places.allowed });
  const value = isEnv
    ? (places.env ?? process.env)[source.env]
    : await readFileText(source.file, label, places.project);
  if (value === undefined || value === '') {
    throw new PipelineError('SECRET_MISSING', `${label} is ${value === '' ? 'empty' : 'not set'}`, {
      remedy: 'set it where the worker runs, and start the worker again',
    });
  }
  if (value.length < MIN_CHARS || Buffer.byteLength(value) > MAX_BYTES) {
    throw new PipelineError('SECRET_REFUSED', `${label} must have 4 letters to 64 KiB`);
  }
  return value;
}

function checkAllowed(
  source: string,
  {
    label,
    isEnv,
    allowed,
  }: { readonly label: string; readonly isEnv: boolean; readonly allowed: SecretPlaces['allowed'] },
): void {
  if (isEnv && OWN.test(source)) {
    throw new PipelineError('SECRET_REFUSED', `${label} is modelwright's own`, {
      remedy: 'put what the pipeline needs into a variable of another name',
    });
  }
  if (allowed === null || allowed.some((glob) => matchesGlob(glob, source))) return;
  throw new PipelineError('SECRET_REFUSED', `${label} is not among those that may be read`, {
    remedy: 'add it to `secrets` of modelwright.json, and start the worker again',
  });
}

async function readFileText(file: string, label: string, project: string): Promise<string> {
  try {
    const { bytes } = await readSourceFile(project, file, MAX_BYTES);
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(/\r?\n$/, '');
  } catch (error) {
    if (error instanceof TypeError) {
      throw new PipelineError('SECRET_REFUSED', `${label} is not UTF-8 text`);
    }
    if (!isPipelineError(error)) throw error;
    const code = error.code === 'DATA_NOT_FOUND' ? 'SECRET_MISSING' : 'SECRET_REFUSED';
    throw new PipelineError(code, `${label} cannot be read: ${error.message}`, {
      remedy: "secret files are regular files of at most 64 KiB in the project's folder",
    });
  }
}
