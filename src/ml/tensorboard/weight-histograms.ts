/**
 * Histograms of the weights at the end of each epoch, kept in a folder so that an attempt that goes
 * on from a checkpoint still has those of the epochs before.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { errnoOf } from '../../artifacts/file-system.ts';
import { histogramOf, type Histogram } from './histogram.ts';

export type HistogramsByTag = Readonly<Record<string, Histogram>>;

interface NamedTensor {
  readonly name: string;
  readonly tensor: { dataSync(): Float32Array | Int32Array | Uint8Array };
}

export class WeightHistograms {
  readonly #folder: string;

  /** @param folder  of one job: the same weights after the same epoch. Made on demand. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Of every weight, as it is now. An epoch that is trained again gives the same again. */
  note(epoch: number, weights: readonly NamedTensor[]): void {
    const histograms = Object.fromEntries(
      weights.map(({ name, tensor }) => [
        `weights/${name}`,
        histogramOf(tensor.dataSync() as Float32Array),
      ]),
    );
    mkdirSync(this.#folder, { recursive: true });
    const file = this.#file(epoch);
    writeFileSync(`${file}.tmp`, JSON.stringify(histograms));
    renameSync(`${file}.tmp`, file);
  }

  /** @returns `undefined` where the folder was lost, which costs a picture and nothing else. */
  of(epoch: number): HistogramsByTag | undefined {
    try {
      return JSON.parse(readFileSync(this.#file(epoch), 'utf8')) as HistogramsByTag;
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  #file(epoch: number): string {
    return path.join(this.#folder, `${epoch}.json`);
  }
}
