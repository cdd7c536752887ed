/** What every verb is given, and the options that all of them understand. */
import type { Client } from '@temporalio/client';
import type { Command } from 'commander';
import { userInfo } from 'node:os';
import path from 'node:path';
import { STATE_FOLDER } from '../artifacts/state-folder.ts';
import { PipelineError } from '../errors.ts';
import { findTemporal } from '../temporal/settings.ts';
import type { Io } from './terminal.ts';
import { Terminal } from './terminal.ts';

export interface Verb {
  readonly io: Io;
  /** The exit code, where it is not 0. */
  finish(code: number): void;
}

export interface Scene {
  readonly terminal: Terminal;
  /** Absolute; data paths are relative to it. */
  readonly project: string;
  readonly stateFolder: string;
}

/** The options before or after the verb, made into what the verb works with. */
export function sceneOf(command: Command, { io }: Verb): Scene {
  const options = command.optsWithGlobals<{ project: string; json?: boolean }>();
  const project = path.resolve(io.cwd, options.project);
  const stateFolder = path.join(project, STATE_FOLDER);
  return { terminal: new Terminal(io, options.json === true), project, stateFolder };
}

/** Connects, does something, and always closes the connection. */
export async function withClient<Result>(
  scene: Scene,
  perform: (client: Client) => Promise<Result>,
): Promise<Result> {
  // Loaded here, so that what needs no server does not wait for Temporal's client.
  const { connectClient } = await import('../temporal/connection.ts');
  const client = await connectClient(findTemporal(scene.stateFolder));
  try {
    return await perform(client);
  } finally {
    await client.connection.close();
  }
}

/** Who runs this command: `--reviewer` and four-eyes rules compare it. */
export function userName(env: NodeJS.ProcessEnv): string {
  const named = env['MODELWRIGHT_USER'] || env['USER'] || env['LOGNAME'];
  if (named) return named;
  try {
    return userInfo().username;
  } catch {
    // A container may run as a number that has no name.
    return `user-${process.getuid?.() ?? 'unknown'}`;
  }
}

/** Collects `--param name=value` into one table. @throws PipelineError `USAGE` */
export function collectParam(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) {
    throw new PipelineError('USAGE', `--param wants name=value, not "${text}"`);
  }
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}
