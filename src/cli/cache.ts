/** `modelwright cache list|clear`: the results that are kept between runs. */
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { CacheFolder, type ListedEntry } from '../activities/cache/cache-folder.ts';
import { durationMs } from '../plan/duration.ts';
import { seconds } from './terminal.ts';
import type { Scene, Verb } from './verb.ts';
import { sceneOf } from './verb.ts';

export function addCache(program: Command, verb: Verb): Command {
  const cache = program.command('cache').description('list and clear the results kept of steps');
  cache
    .command('list')
    .description('list the kept results, the last used first')
    .option('--json', 'print JSON alone on stdout')
    .action(async (_options, command) => {
      const scene = sceneOf(command as Command, verb);
      showEntries(scene, await new CacheFolder(scene.stateFolder).list());
    });
  cache
    .command('clear')
    .description('forget kept results; artifacts, models and runs stay')
    .option('--older <duration>', 'only those not used for so long, such as 30d', duration)
    .option('--json', 'print JSON alone on stdout')
    .action(async ({ older }: { older?: number }, command) => {
      const { terminal, stateFolder } = sceneOf(command as Command, verb);
      const folder = new CacheFolder(stateFolder);
      const removed = await folder.clear(older === undefined ? Infinity : Date.now() - older);
      terminal.result({ removed });
      terminal.line(`${removed} kept result${removed === 1 ? '' : 's'} forgotten`);
    });
  return cache;
}

function showEntries({ terminal }: Scene, entries: readonly ListedEntry[]): void {
  terminal.result(entries);
  if (entries.length === 0) return terminal.line('no results are kept yet');
  const nowMs = Date.now();
  terminal.table(
    ['key', 'kind', 'pipeline', 'step', 'made by run', 'last used', 'bytes'],
    entries.map(({ key, entry, usedAtMs, bytes }) => {
      const used = `${seconds(nowMs - usedAtMs)} ago`;
      const [kind, pipeline, step, run] =
        typeof entry === 'string'
          ? ['damaged', '', entry, '']
          : [entry.parts.kind, entry.madeBy.pipeline, entry.madeBy.step, entry.madeBy.run];
      return [key.slice(0, 12), kind, pipeline, step, run, used, String(bytes)];
    }),
  );
}

/** @returns milliseconds; commander reports what it refuses, with exit code 2. */
function duration(text: string): number {
  const ms = durationMs(text);
  if (ms !== null) return ms;
  throw new InvalidArgumentError('Write a whole number and ms, s, m, h or d, such as 30d.');
}
