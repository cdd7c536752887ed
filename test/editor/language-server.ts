/** The YAML language server that VS Code and others use, spoken to as an editor does, over stdio. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(import.meta.url);
const SERVER = require.resolve('yaml-language-server/bin/yaml-language-server');
const ANSWER_WITHIN_MS = 20_000;

export interface Position {
  /** From 0, as the protocol counts. */
  readonly line: number;
  readonly character: number;
}

export interface Diagnostic {
  readonly message: string;
  readonly range: { readonly start: Position };
}

interface Completion {
  readonly label: string;
  readonly documentation?: string | { readonly value: string };
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** An editor with one server, in which files are open that need not exist. */
export class Editor {
  private readonly server: ChildProcessWithoutNullStreams;
  private readonly answers = new Map<number, (message: Message) => void>();
  private readonly diagnosed = new Map<string, (found: readonly Diagnostic[]) => void>();
  private received = Buffer.alloc(0);
  private lastId = 0;

  private constructor() {
    this.server = spawn(process.execPath, [SERVER, '--stdio']);
    this.server.stdout.on('data', (bytes: Buffer) => this.take(bytes));
    this.server.stderr.resume();
  }

  static async start(): Promise<Editor> {
    const editor = new Editor();
    const textDocument = {
      completion: { completionItem: { documentationFormat: ['markdown'] } },
      hover: { contentFormat: ['markdown'] },
    };
    await editor.ask('initialize', {
      processId: process.pid,
      rootUri: null,
      capabilities: { textDocument, workspace: { configuration: true } },
    });
    editor.tell('initialized', {});
    return editor;
  }

  /** Opens a file. @returns what the server says is wrong with it */
  async open(file: string, text: string): Promise<readonly Diagnostic[]> {
    const uri = pathToFileURL(file).href;
    const found = new Promise<readonly Diagnostic[]>((resolve) => {
      this.diagnosed.set(uri, resolve);
    });
    this.tell('textDocument/didOpen', {
      textDocument: { uri, languageId: 'yaml', version: 1, text },
    });
    return within(found, `diagnostics of ${file}`);
  }

  /** What is offered at a place, with what is said of it. */
  async complete(file: string, position: Position): Promise<ReadonlyMap<string, string>> {
    const { items } = (await this.ask('textDocument/completion', at(file, position))) as {
      readonly items: readonly Completion[];
    };
    return new Map(
      items.map(({ label, documentation = '' }) => [
        label,
        typeof documentation === 'string' ? documentation : documentation.value,
      ]),
    );
  }

  async hover(file: string, position: Position): Promise<string> {
    const hover = (await this.ask('textDocument/hover', at(file, position))) as {
      readonly contents: { readonly value: string };
    } | null;
    return hover?.contents.value ?? '';
  }

  async close(): Promise<void> {
    await this.ask('shutdown', null);
    const exited = new Promise((resolve) => this.server.once('exit', resolve));
    this.tell('exit', null);
    await exited;
  }

  private ask(method: string, params: unknown): Promise<unknown> {
    const id = ++this.lastId;
    const answer = new Promise<unknown>((resolve, reject) => {
      this.answers.set(id, ({ result, error }) =>
        error ? reject(new Error(`${method}: ${error.message}`)) : resolve(result),
      );
    });
    this.send({ id, method, params });
    return within(answer, method);
  }

  private tell(method: string, params: unknown): void {
    this.send({ method, params });
  }

  private send(message: object): void {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.server.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  }

  private take(bytes: Buffer): void {
    this.received = Buffer.concat([this.received, bytes]);
    for (;;) {
      const head = this.received.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = /Content-Length: (\d+)/i.exec(this.received.toString('latin1', 0, head))?.[1];
      const end = head + 4 + Number(length);
      if (this.received.length < end) return;
      const text = this.received.toString('utf8', head + 4, end);
      this.received = this.received.subarray(end);
      this.receive(JSON.parse(text) as Message);
    }
  }

  private receive({ id, method, params, ...rest }: Message): void {
    if (method === undefined) {
      this.answers.get(id ?? 0)?.(rest);
    } else if (method === 'textDocument/publishDiagnostics') {
      const { uri, diagnostics } = params as { uri: string; diagnostics: Diagnostic[] };
      this.diagnosed.get(uri)?.(diagnostics);
    } else if (id !== undefined) {
      this.send({ id, result: method === 'workspace/configuration' ? settings(params) : null });
    }
  }
}

/** An editor's settings as they come, but for the schema store: tests reach no network. */
const settings = (params: unknown): readonly unknown[] =>
  (params as { readonly items: readonly { readonly section: string }[] }).items.map(
    ({ section }) =>
      section === 'yaml'
        ? { validate: true, completion: true, hover: true, schemaStore: { enable: false } }
        : null,
  );

const at = (file: string, position: Position) => ({
  textDocument: { uri: pathToFileURL(file).href },
  position,
});

async function within<T>(answer: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no ${what}`)), ANSWER_WITHIN_MS);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
