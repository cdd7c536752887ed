/** What a command prints: results on stdout, progress and messages on stderr. */
import type { PipelineError } from '../errors.ts';
import { PipelineErrors, renderError } from '../errors.ts';
import { inert } from '../inert.ts';

export { inert };

/** Everything of the process that a command may touch, so that tests can hand in their own. */
export interface Io {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}

const STYLES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;
export type Style = keyof typeof STYLES;

export class Terminal {
  readonly io: Io;
  /** JSON alone on stdout; everything else goes to stderr. */
  readonly json: boolean;
  private liveLine = false;

  constructor(io: Io, json = false) {
    this.io = io;
    this.json = json;
  }

  /** Whether a person watches: progress may be redrawn. */
  get isInteractive(): boolean {
    return this.io.stderr.isTTY === true && !this.json && this.io.env['CI'] === undefined;
  }

  /** Whether a person can be asked. */
  get canAsk(): boolean {
    return this.io.stdin.isTTY === true && this.io.stdout.isTTY === true;
  }

  style(style: Style, text: string): string {
    const { env, stdout } = this.io;
    const plain = env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '';
    return plain || stdout.isTTY !== true ? text : `\u001b[${STYLES[style]}m${text}\u001b[0m`;
  }

  /** A line of the result. With `--json` nothing but the JSON is one. */
  line(text = ''): void {
    if (this.json) return;
    this.clearLive();
    this.io.stdout.write(`${text}\n`);
  }

  /** A line about what is going on. */
  note(text: string): void {
    this.clearLive();
    this.io.stderr.write(`${text}\n`);
  }

  result(value: unknown): void {
    if (this.json) this.io.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  }

  /** A line that the next one replaces; only where a person watches. */
  live(text: string): void {
    if (!this.isInteractive) return;
    const width = this.io.stderr.columns ?? 80;
    this.io.stderr.write(`\r\u001b[2K${[...text].slice(0, width - 1).join('')}`);
    this.liveLine = true;
  }

  clearLive(): void {
    if (!this.liveLine) return;
    this.io.stderr.write('\r\u001b[2K');
    this.liveLine = false;
  }

  error(error: PipelineError): void {
    const errors = error instanceof PipelineErrors ? error.errors : [error];
    for (const one of errors) this.note(inert(renderError(one)));
  }

  /** Columns padded to their widest cell. */
  table(header: readonly string[], rows: readonly (readonly string[])[]): void {
    // A cell with a line break could pass itself off as another row.
    const cells = [header, ...rows].map((row) =>
      row.map((cell) => inert(cell).replaceAll(/[\n\t]+/g, ' ')),
    );
    const widths = header.map((_, at) =>
      Math.max(...cells.map((row) => [...(row[at] ?? '')].length)),
    );
    cells.forEach((row, index) => {
      const text = row
        .map((cell, at) => cell + ' '.repeat((widths[at] ?? 0) - [...cell].length))
        .join('  ')
        .trimEnd();
      this.line(index === 0 ? this.style('dim', text) : text);
    });
  }
}

export function seconds(ms: number): string {
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  // Rounded before it is divided: never "1 min 60 s".
  const whole = (unitMs: number) => Math.round(ms / unitMs);
  if (whole(1_000) < 3_600) return `${Math.floor(whole(1_000) / 60)} min ${whole(1_000) % 60} s`;
  if (whole(60_000) < 1_440) return `${Math.floor(whole(60_000) / 60)} h ${whole(60_000) % 60} min`;
  return `${Math.floor(whole(3_600_000) / 24)} d ${whole(3_600_000) % 24} h`;
}
