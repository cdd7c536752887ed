/** Real repositories for tests, made by the git of this machine. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '../temporal/harness.ts';

const IDENTITY = {
  GIT_AUTHOR_NAME: 'Ann',
  GIT_AUTHOR_EMAIL: 'ann@example.org',
  GIT_COMMITTER_NAME: 'Ann',
  GIT_COMMITTER_EMAIL: 'ann@example.org',
};

/** A work tree with the branch `main`. */
export class TestRepository {
  readonly folder: string;

  constructor(folder = path.join(temporaryFolder(), 'repository')) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
    this.git('init', '--quiet', '--initial-branch=main');
  }

  git(...args: readonly string[]): string {
    return execFileSync('git', args, {
      cwd: this.folder,
      env: { ...process.env, ...IDENTITY, GIT_CONFIG_GLOBAL: '/dev/null' },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 1 << 26,
    }).trim();
  }

  write(file: string, text: string | Buffer): void {
    const target = path.join(this.folder, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, text);
  }

  remove(file: string): void {
    rmSync(path.join(this.folder, file));
  }

  /** Commits everything. @returns the commit's id */
  commit(message: string): string {
    this.git('add', '--all');
    this.git('commit', '--quiet', '--allow-empty', '-m', message);
    return this.git('rev-parse', 'HEAD');
  }

  /** A bare copy beside it, with this one's `origin` pointing there. */
  bare(): string {
    const folder = `${this.folder}.git`;
    this.git('clone', '--quiet', '--bare', this.folder, folder);
    this.git('remote', 'add', 'origin', folder);
    return folder;
  }
}

export interface PipelineText {
  readonly name: string;
  /** What makes its plan another one. */
  readonly seed?: number;
  /** The whole of `on`, in YAML flow style. */
  readonly on?: string;
  readonly source?: string;
}

export function pipelineText(pipeline: PipelineText): string {
  const { name, seed = 1, on = '{ push: {} }', source = 'pipelines/data/d.csv' } = pipeline;
  return `name: ${name}
${on === '' ? '' : `on: ${on}\n`}steps:
  data:
    uses: dataset
    with: { source: ${source}, target: y, split: { seed: ${seed} } }
`;
}

export const DATA = `x,y\n${Array.from({ length: 40 }, (_, i) => `${i},${i % 2 ? 'a' : 'b'}`).join('\n')}\n`;
