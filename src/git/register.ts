/** Makes the changes of a comparison true: registrations, and what is retired. */
import type { PipelineSource } from './catalogue.ts';
import type { Comparison } from './compare.ts';
import { saveRegistrations, succeed, type Registration } from './registration.ts';

/** Registers what changed and retires what is gone. @returns what was written */
export async function register(
  stateFolder: string,
  source: PipelineSource,
  { registering, retiring }: Comparison,
): Promise<readonly Registration[]> {
  const registeredAt = new Date().toISOString();
  const sizes = await source.sizes(registering.map(({ pipeline }) => pipeline.blob));
  const contents = await source.read(sizes);
  const { repository, ref, commit } = source;
  const next = registering.map(({ pipeline, before }): Registration => {
    const { name, file, blob, planDigest, triggers, data } = pipeline;
    const text = new TextDecoder().decode(contents.get(blob));
    const version = { name, file, blob, planDigest, triggers, data, text };
    return succeed(before, { ...version, repository, ref, commit, registeredAt });
  });
  const retired = retiring.map((one) => ({ ...one, retiredAt: registeredAt }));
  const written = [...next, ...retired];
  await saveRegistrations(stateFolder, written);
  return written;
}
