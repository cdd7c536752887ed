/** `modelwright schema`: what editors complete and check pipelines with, own kinds included. */
import type { Command } from 'commander';
import path from 'node:path';
import { writeFileAtomic } from '../artifacts/atomic-file.ts';
import { ERROR_CODES } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { editorSchema } from '../spec/editor-schema.ts';
import { readSchema, schemaOf, stepKinds } from '../spec/step-schemas.ts';
import { inert } from './terminal.ts';
import type { Verb } from './verb.ts';
import { sceneOf } from './verb.ts';

interface Options {
  readonly steps?: boolean;
  readonly out?: string;
}

export function addSchema(program: Command, verb: Verb): Command {
  return program
    .command('schema')
    .description("print the JSON Schema of pipelines, with the project's own kinds of steps")
    .option('--steps', 'instead: the schemas of what each kind takes and gives, by their $id')
    .option('--out <file>', 'write it there')
    .action(async ({ steps, out }: Options, command) => {
      const { terminal } = sceneOf(command as Command, verb);
      const text = `${JSON.stringify(steps ? stepSchemas() : pipelineSchema(), null, 2)}\n`;
      if (out === undefined) {
        verb.io.stdout.write(text);
        return;
      }
      await writeFileAtomic(path.resolve(verb.io.cwd, out), Buffer.from(text));
      terminal.note(inert(`wrote ${out}`));
    });
}

const pipelineSchema = (): JsonObject =>
  editorSchema({
    base: readSchema('pipeline.base.schema.json') as unknown as JsonObject,
    kinds: stepKinds().map((kind) => ({
      kind,
      schema: schemaOf(kind) as unknown as JsonObject,
    })),
    errorCodes: ERROR_CODES,
    comment: 'Made by `modelwright schema`: make it again where a step of your own has changed.',
  });

/** References between them are relative to their `$id`, as JSON Schema has it. */
function stepSchemas(): JsonObject {
  const artifact = readSchema('artifact.schema.json') as unknown as JsonObject;
  const all = [artifact, ...stepKinds().map((kind) => schemaOf(kind) as unknown as JsonObject)];
  return Object.fromEntries(all.map((schema) => [schema['$id'] as string, schema]));
}
