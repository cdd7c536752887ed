/** Ctrl-C and SIGTERM: once stops in order, twice stops at once. */
import type { Terminal } from './terminal.ts';

/** Resolves at the first signal, after saying what happens. */
export function onStopSignal(
  terminal: Terminal,
  what = 'running steps save their checkpoints',
): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let asked = false;
    const stop = (signal: NodeJS.Signals) => {
      if (asked) {
        // A second Ctrl-C means now; 128 + the signal's number, as shells count.
        process.exit(signal === 'SIGINT' ? 130 : 143);
      }
      asked = true;
      terminal.note(`stopping: ${what} (again to stop at once)`);
      resolve(signal);
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
}
