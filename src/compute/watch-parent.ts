/** Ends an orphan that computes without a pause, and so never hears that its parent is gone. */
import { Worker } from 'node:worker_threads';

const EVERY_MS = 500;

/**
 * The channel's `disconnect` reaches a child only between two pieces of its work; an orphan in a
 * long piece would go on beside the next attempt. A thread of its own sees that the parent id
 * changed, which is what happens to orphans, and kills the process.
 */
export function watchParent(): void {
  if (process.platform === 'win32') return;
  const source = `
    const parent = ${process.ppid};
    setInterval(() => {
      if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
    }, ${EVERY_MS});
  `;
  const thread = new Worker(source, { eval: true, resourceLimits: { maxOldGenerationSizeMb: 8 } });
  thread.on('error', (error) => process.stderr.write(`watching the parent: ${error.message}\n`));
  thread.unref();
}
