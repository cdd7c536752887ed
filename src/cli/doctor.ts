/** `modelwright doctor`: what is wrong with this machine or project, and how to mend it. */
import type { Command } from 'commander';
import { EXIT } from '../errors.ts';
import type { Finding } from '../doctor/finding.ts';
import type { Verb } from './verb.ts';
import { sceneOf } from './verb.ts';

export function addDoctor(program: Command, verb: Verb): Command {
  return program
    .command('doctor')
    .description('check this machine and project, and say how to mend what is wrong')
    .option('--json', 'print JSON alone on stdout')
    .action(async (_options, command) => {
      const { terminal, stateFolder } = sceneOf(command as Command, verb);
      const findings: Finding[] = [];
      const show = (found: readonly Finding[]) => {
        findings.push(...found);
        for (const finding of found) {
          const style = { ok: 'green', warn: 'yellow', fail: 'red' } as const;
          const mark = { ok: '✓', warn: '!', fail: '✗' } as const;
          const { status, check, message, remedy } = finding;
          terminal.line(`${terminal.style(style[status], mark[status])} ${check}: ${message}`);
          if (remedy) terminal.line(`    to mend: ${remedy}`);
        }
      };
      // Loaded here: Temporal's native part takes a moment.
      const { checkNode, checkStore, checkDisk, checkPort } =
        await import('../doctor/check-machine.ts');
      const { checkTemporal } = await import('../doctor/check-temporal.ts');
      const { checkBackend } = await import('../doctor/check-backend.ts');
      show([checkNode(), checkDisk(stateFolder), await checkStore(stateFolder)]);
      show([await checkBackend()]);
      show([await checkPort(stateFolder)]);
      show(await checkTemporal(stateFolder));
      terminal.result({ findings, healthy: findings.every(({ status }) => status !== 'fail') });
      if (findings.some(({ status }) => status === 'fail')) verb.finish(EXIT.runFailed);
    });
}
