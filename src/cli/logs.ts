/** `modelwright logs RUN [-f]`: what the steps said, as it is written. */
import type { Command } from 'commander';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunLogLine } from '../activities/run-log.ts';
import { readRunLog } from '../activities/run-log.ts';
import { runLogFile } from '../artifacts/state-folder.ts';
import { describeRun } from '../temporal/runs.ts';
import { readRunRecord } from './run-records.ts';
import { inert } from './terminal.ts';
import type { Scene, Verb } from './verb.ts';
import { sceneOf, withClient } from './verb.ts';

const POLL_MS = 300;

export function addLogs(program: Command, verb: Verb): Command {
  return program
    .command('logs')
    .description('print the log of a run')
    .argument('<run>', 'run id')
    .option('-f, --follow', 'go on until the run ends')
    .option('--step <id>', 'only this step')
    .option('--json', 'print each entry as a line of JSON')
    .action(async (id: string, options: { follow?: boolean; step?: string }, command) => {
      const scene = sceneOf(command as Command, verb);
      const file = runLogFile(scene.stateFolder, id);
      const isEnded = options.follow || !existsSync(file) ? await endedProbe(scene, id) : null;
      let offset = 0;
      for (;;) {
        // Asked before reading: what the last step wrote has been read when the loop ends.
        const ended = isEnded === null || (await isEnded());
        const { lines, nextOffset } = await readRunLog(file, offset);
        offset = nextOffset;
        for (const entry of lines) {
          if (options.step === undefined || entry.step === options.step) show(scene, entry);
        }
        if (lines.length === 0 && (!options.follow || ended)) return;
        if (lines.length === 0) await sleep(POLL_MS);
      }
    });
}

/** @throws PipelineError `RUN_NOT_FOUND` where there is no such run */
async function endedProbe(scene: Scene, id: string): Promise<() => Promise<boolean>> {
  if (readRunRecord(scene.stateFolder, id)) return () => Promise.resolve(true);
  const ask = () =>
    withClient(scene, async (client) => (await describeRun(client, id)).status !== 'running');
  await ask();
  return ask;
}

function show({ terminal }: Scene, entry: RunLogLine): void {
  if (terminal.json) {
    terminal.io.stdout.write(`${JSON.stringify(entry)}\n`);
    return;
  }
  const time = new Date(entry.timeMs).toISOString().slice(11, 23);
  const style = { info: 'dim', warn: 'yellow', error: 'red' } as const;
  const again = entry.attempt > 1 ? `#${entry.attempt}` : '';
  const fields = Object.entries(entry.fields ?? {})
    .map(([key, value]) => ` ${key}=${JSON.stringify(value)}`)
    .join('');
  terminal.line(
    `${terminal.style('dim', time)} ${terminal.style(style[entry.level], entry.level)} ` +
      inert(`${entry.step}${again}: ${entry.message}${fields}`),
  );
}
