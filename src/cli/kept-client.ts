/** One connection to Temporal for a long-lived command, made anew where it was lost. */
import type { Client } from '@temporalio/client';
import { isPipelineError } from '../errors.ts';
import { codedError, connectClient } from '../temporal/connection.ts';
import { findTemporal } from '../temporal/settings.ts';

export class KeptClient {
  private readonly stateFolder: string;
  private client: Promise<Client> | null = null;

  constructor(stateFolder: string) {
    this.stateFolder = stateFolder;
  }

  /** @throws PipelineError `TEMPORAL_UNREACHABLE`; the next call then connects anew. */
  async use<Result>(perform: (client: Client) => Promise<Result>): Promise<Result> {
    try {
      // A server that was started again may have another address.
      this.client ??= this.connect();
      return await perform(await this.client);
    } catch (thrown) {
      const error = codedError(thrown);
      if (isPipelineError(error) && error.code === 'TEMPORAL_UNREACHABLE') await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const { client } = this;
    this.client = null;
    // A connection that failed to open has nothing to close, and its error was thrown already.
    const open = await client?.catch(() => null);
    await open?.connection.close();
  }

  private async connect(): Promise<Client> {
    return connectClient(findTemporal(this.stateFolder));
  }
}
