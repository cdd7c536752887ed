/** Temporal's native runtime, set up once a process and before its first connection. */
import { DefaultLogger, Runtime } from '@temporalio/worker';

let runtimeInstalled = false;

/** Temporal's own logs go to stderr, from `warn` up: stdout belongs to the command. */
export function installRuntime(): void {
  if (runtimeInstalled) return;
  runtimeInstalled = true;
  Runtime.install({
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
      const error = (meta as { error?: Error } | undefined)?.error;
      process.stderr.write(`temporal ${level} ${message}${error ? `: ${error.message}` : ''}\n`);
    }),
    // modelwright handles the signals itself, to stop in order.
    shutdownSignals: [],
  });
}
