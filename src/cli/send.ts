/** `modelwright send RUN EVENT`: tells a run of something that one of its steps waits for. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { EXIT, PipelineError } from '../errors.ts';
import type { Json } from '../json.ts';
import { sendEvent } from '../temporal/events.ts';
import { inert } from './terminal.ts';
import type { Scene, Verb } from './verb.ts';
import { sceneOf, userName, withClient } from './verb.ts';

interface SendOptions {
  readonly data?: string;
  readonly id?: string;
}

export function addSend(program: Command, verb: Verb): Command {
  return program
    .command('send')
    .description('send an event to a run, for a step of kind wait-for-event')
    .argument('<run>', 'id of the run')
    .argument('<event>', 'name of the event')
    .option('--data <json>', 'its payload: JSON, or @FILE with JSON')
    .option('--id <id>', 'id of the event: sent twice, it counts once')
    .option('--json', 'print JSON alone on stdout')
    .action(async (run: string, event: string, options: SendOptions, command) => {
      const scene = sceneOf(command as Command, verb);
      const payload = payloadOf(options.data, scene);
      const eventId = options.id ?? randomUUID();
      const sentBy = userName(verb.io.env);
      await withClient(scene, async (client) => {
        const answer = await sendEvent(client, run, { eventId, event, payload, sentBy });
        scene.terminal.result(answer);
        if (answer.accepted) {
          scene.terminal.line(answer.duplicate ? 'the run has this event already' : 'accepted');
        } else {
          scene.terminal.note(inert(`refused (${answer.reason}): ${answer.message}`));
          verb.finish(EXIT.runFailed);
        }
      });
    });
}

/** @throws PipelineError `USAGE` */
function payloadOf(data: string | undefined, { project }: Scene): Json {
  if (data === undefined) return null;
  const text = data.startsWith('@') ? read(path.resolve(project, data.slice(1))) : data;
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw new PipelineError('USAGE', `--data is not JSON: ${(cause as Error).message}`, {
      remedy: `such as --data '{"ok": true}'; text needs its own quotes`,
      cause,
    });
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new PipelineError('USAGE', `${file} cannot be read: ${(cause as Error).message}`, {
      cause,
    });
  }
}
