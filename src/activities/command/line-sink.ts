/** What a program prints, as lines that are safe to keep: cut, without escapes and secrets. */
import { stripVTControlCharacters } from 'node:util';
import { inert } from '../../inert.ts';

export interface LineSinkOptions {
  /** Bytes that are handed on; the rest is counted. */
  readonly maxBytes: number;
  redact(text: string): string;
  line(text: string): void;
}

const MAX_LINE_CHARS = 4_000;
/** A program that never ends its line must not fill the memory. */
const MAX_WAITING_CHARS = 256 * 1024;
const TAIL_LINES = 15;

/** Joins the two streams of one program; `tail` has the last lines, also of what is left out. */
export class LineSink {
  readonly tail: string[] = [];
  #bytesLeft: number;
  #droppedLines = 0;
  readonly #options: LineSinkOptions;

  constructor(options: LineSinkOptions) {
    this.#options = options;
    this.#bytesLeft = options.maxBytes;
  }

  /** Reads one stream to its end. */
  attach(stream: NodeJS.ReadableStream): void {
    let waiting = '';
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      const lines = (waiting + chunk).split('\n');
      waiting = lines.pop() ?? '';
      for (const line of lines) this.#take(line);
      if (waiting.length > MAX_WAITING_CHARS) {
        this.#take(waiting);
        waiting = '';
      }
    });
    stream.on('end', () => {
      if (waiting !== '') this.#take(waiting);
    });
  }

  /** Says how much was left out. */
  end(): void {
    if (this.#droppedLines === 0) return;
    this.#options.line(
      `… ${this.#droppedLines} lines left out: more than maxOutputBytes (${this.#options.maxBytes})`,
    );
  }

  #take(raw: string): void {
    // A progress bar rewrites its line: the last state is what counts.
    const shown = raw.replace(/\r+$/, '').split('\r').at(-1) ?? '';
    // Escapes first, for they could part a secret; secrets before the cut, which could too.
    const whole = this.#options.redact(inert(stripVTControlCharacters(shown)));
    const text = whole.length > MAX_LINE_CHARS ? `${whole.slice(0, MAX_LINE_CHARS)} …` : whole;
    this.tail.push(text);
    if (this.tail.length > TAIL_LINES) this.tail.shift();
    this.#bytesLeft -= Buffer.byteLength(text) + 1;
    if (this.#bytesLeft < 0) this.#droppedLines += 1;
    else if (text !== '') this.#options.line(text);
  }
}
