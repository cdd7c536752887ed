/** Text of a pipeline file → Spec. */
import { PipelineError, PipelineErrors, type SourceLocation } from '../errors.ts';
import { isJsonObject, type Json } from '../json.ts';
import { sortErrors } from '../sort-errors.ts';
import { buildSpec } from './build-spec.ts';
import { LIMITS } from './limits.ts';
import { describePath } from './pointer.ts';
import { readYaml } from './read-yaml.ts';
import type { TextFault } from './scan-tokens.ts';
import { createSourceMap, lineFinder } from './source-map.ts';
import type { Fault, Path, SourceMap, Spec } from './spec.ts';
import { validatePipeline } from './validate-pipeline.ts';

type FindLine = (offset: number) => SourceLocation;

/**
 * Reads a pipeline file.
 *
 * What is wrong with a file that can be read is kept in `faults`, sorted by place, so that the
 * faults which only compiling finds can be told together with them.
 *
 * @param file  as shown in errors.
 * @throws PipelineErrors where the text is no YAML document that a pipeline can be read from:
 * `SPEC_SYNTAX`, `SPEC_LIMIT`, `SPEC_ALIAS`, `SPEC_TAG`, `SPEC_MULTIPLE_DOCUMENTS`,
 * `SPEC_CONTROL_CHARACTER`, `SPEC_INVALID`; every error has its place.
 */
export function parseSpec(text: string, file: string): Spec {
  refuseOversize(text, file);
  const at = lineFinder(file, text);
  const { value, root, faults: textFaults } = readYaml(text);
  const readingErrors = textFaults.map((fault) => fromTextFault(fault, at));
  if (value === undefined || !isJsonObject(value)) {
    if (readingErrors.length > 0) throw new PipelineErrors(readingErrors);
    throw new PipelineErrors([notAMap(value, at)]);
  }
  const source = createSourceMap(root, text, at);
  const faults = validatePipeline(value)
    .slice(0, LIMITS.errors)
    .map((fault) => errorOfFault(fault, source));
  return {
    ...buildSpec(value),
    file,
    text,
    source,
    faults: sortErrors([...readingErrors, ...faults]),
    errorOf: (fault) => errorOfFault(fault, source),
  };
}

function refuseOversize(text: string, file: string): void {
  if (text.length <= LIMITS.sizeBytes && Buffer.byteLength(text) <= LIMITS.sizeBytes) return;
  throw new PipelineErrors([
    new PipelineError('SPEC_LIMIT', 'the file is larger than 1 MB', {
      location: { file, line: 1, column: 1 },
      remedy: 'split the pipeline',
    }),
  ]);
}

const fromTextFault = ({ code, offset, message, remedy }: TextFault, at: FindLine): PipelineError =>
  new PipelineError(code, message, { location: at(offset), remedy });

const notAMap = (value: Json | undefined, at: FindLine): PipelineError =>
  new PipelineError(
    'SPEC_INVALID',
    value === undefined ? 'the file is empty' : 'the file is not a map of keys and values',
    { location: at(0), remedy: 'start with `name:` and `steps:`' },
  );

/** Gives a fault its place, and says which part of the pipeline it is in. */
function errorOfFault(fault: Fault, source: SourceMap): PipelineError {
  const location =
    fault.expression === undefined
      ? source.locate(fault.path, fault.at)
      : source.locateExpression(fault.path, fault.expression, fault.offset);
  return new PipelineError(fault.code, describeFault(fault), { location, remedy: fault.remedy });
}

/** `step "explain": …`; paths inside a step are told from the step's `with` or the step. */
function describeFault({ path, message }: Fault): string {
  const owner = ownerOf(path);
  if (!owner) return message;
  const inside = path[owner.at.length] === 'with' ? [...owner.at, 'with'] : owner.at;
  const prefix = describePath(inside);
  return `step "${owner.id}": ${message.replaceAll(`${prefix}.`, '').replaceAll(`\`${prefix}\``, 'it')}`;
}

/** The step, or the compensation of one, that a path leads into. */
function ownerOf([section, id, key]: Path): { readonly at: Path; readonly id: string } | null {
  if (section !== 'steps' && section !== 'onFailure' && section !== 'finally') return null;
  if (typeof id !== 'string') return null;
  return key === 'compensate' && section === 'steps'
    ? { at: [section, id, key], id: `${id}.compensate` }
    : { at: [section, id], id };
}
