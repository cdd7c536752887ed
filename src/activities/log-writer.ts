/** Appends the lines of one attempt to the run's log, in order. */
import type { LogEntry } from '../compute/protocol.ts';
import { appendRunLog, type RunLogLine } from './run-log.ts';

export interface LogWriter {
  write(entry: LogEntry): void;
  /** Resolves when everything is written. */
  close(): Promise<void>;
}

/**
 * Lines that come while others are being written go together in the next write. A log that
 * cannot be written is said on stderr, once, and does not fail the step.
 */
export function createLogWriter(
  file: string,
  { step, attempt }: { readonly step: string; readonly attempt: number },
): LogWriter {
  let waiting: RunLogLine[] = [];
  let writing: Promise<void> | null = null;
  let broken = false;

  const drain = async (): Promise<void> => {
    while (waiting.length > 0 && !broken) {
      const lines = waiting;
      waiting = [];
      try {
        await appendRunLog(file, lines);
      } catch (error) {
        broken = true;
        const reason = error instanceof Error ? error.message : String(error);
        process.stderr.write(`the log ${file} cannot be written: ${reason}\n`);
      }
    }
    writing = null;
  };

  return {
    write({ timeMs, level, message, fields }) {
      waiting.push({ timeMs, step, attempt, level, message, fields: fields ?? {} });
      writing ??= drain();
    },
    async close() {
      await writing;
    },
  };
}
