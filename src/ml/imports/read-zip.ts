import { unzipSync } from 'fflate';
import { brokenModel } from './import-fault.ts';

/** Files with more entries are made to cost time. */
const MAX_ENTRIES = 1000;

/**
 * The named files of a zip archive; nothing is written anywhere, so their paths can do no harm.
 *
 * @param limits  by name, the most bytes that the file may unpack to. Others are left packed.
 * @throws PipelineError `MODEL_INVALID` for a broken archive, one that lacks a file or has it twice,
 * and for a file over its limit.
 */
export function readZip(
  bytes: Uint8Array,
  limits: Readonly<Record<string, number>>,
): ReadonlyMap<string, Uint8Array> {
  const sizes = new Map<string, number>();
  const found = new Map(Object.entries(unpack(bytes, limits, sizes)));
  for (const name of Object.keys(limits)) {
    const file = found.get(name);
    if (!file) throw brokenModel(`the archive has no file "${name}"`);
    if (file.byteLength !== sizes.get(name)) throw brokenModel(`"${name}" has another length`);
  }
  return found;
}

function unpack(
  bytes: Uint8Array,
  limits: Readonly<Record<string, number>>,
  sizes: Map<string, number>,
): Readonly<Record<string, Uint8Array>> {
  let entries = 0;
  try {
    return unzipSync(bytes, {
      filter({ name, originalSize }) {
        entries += 1;
        if (entries > MAX_ENTRIES) throw brokenModel(`it has over ${MAX_ENTRIES} files`);
        if (!Object.hasOwn(limits, name)) return false;
        if (sizes.has(name)) throw brokenModel(`it has "${name}" twice`);
        // The very length that the buffer to unpack into gets.
        if (originalSize > (limits[name] as number)) {
          throw brokenModel(
            `"${name}" has ${originalSize} bytes; at most ${limits[name]} are read`,
          );
        }
        sizes.set(name, originalSize);
        return true;
      },
    });
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'PipelineError') throw cause;
    throw brokenModel('it is no sound zip archive', cause);
  }
}
