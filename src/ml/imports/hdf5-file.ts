/** HDF5 files in memory, as Keras writes them: groups, tensors of floats, attributes of text. */
import type { Dataset, Entity, Group } from 'h5wasm';
import { PipelineError } from '../../errors.ts';
import type { ForeignTensor } from './foreign-graph.ts';
import { brokenModel, unsupportedModel } from './import-fault.ts';

/** Values of one tensor: 512 MB. */
const MAX_VALUES = 2 ** 27;
const MAX_RANK = 6;

/**
 * The library is HDF5's own, compiled to WebAssembly: whatever a hostile file does to it stays in its
 * memory, and its file system is memory too, so that links to other files lead nowhere.
 */
export class Hdf5File {
  readonly #file: Group & { close(): unknown };
  readonly #forget: () => void;

  private constructor(file: Group & { close(): unknown }, forget: () => void) {
    this.#file = file;
    this.#forget = forget;
  }

  /** @throws PipelineError `MODEL_INVALID` if it is no HDF5 file. */
  static async open(bytes: Uint8Array): Promise<Hdf5File> {
    const { File, ready } = await import('h5wasm');
    const library = await ready;
    const { FS } = library;
    // Otherwise errors go to the console, a dozen lines each.
    library.activate_throwing_error_handler();
    const name = 'model.h5';
    const forget = (): void => FS.unlink(name);
    FS.writeFile(name, bytes);
    try {
      return new Hdf5File(new File(name, 'r'), forget);
    } catch (cause) {
      forget();
      throw brokenModel('it holds no sound HDF5 file', cause);
    }
  }

  /** Names in a group, in no particular order; none if there is no such group. */
  names(path: string): readonly string[] {
    return guard(path, () => {
      const group = path === '' ? this.#file : this.#entity(path);
      return group && 'keys' in group ? group.keys() : [];
    });
  }

  /** @throws PipelineError `MODEL_INVALID` if it is not there or no tensor of floats. */
  tensor(path: string): ForeignTensor {
    return guard(path, () => {
      const found = this.#entity(path);
      if (!found || !('slice' in found)) throw brokenModel(`it has no tensor "${path}"`);
      return readTensor(found, path);
    });
  }

  /** An attribute of a group, `null` if it is not there. A list of no texts is empty. */
  attribute(path: string, name: string): string | readonly string[] | null {
    return guard(`${path} ${name}`, () => {
      const owner = path === '' ? this.#file : this.#entity(path);
      if (!owner || !('attrs' in owner)) return null;
      const value = Object.hasOwn(owner.attrs, name) ? owner.attrs[name]?.value : null;
      if (typeof value === 'string') return value;
      if (Array.isArray(value)) return value.filter((item) => typeof item === 'string');
      return value == null ? null : [];
    });
  }

  close(): void {
    this.#file.close();
    this.#forget();
  }

  #entity(path: string): Entity | null {
    // An entry that is not there is an error on the library's console: it is looked for first.
    let group: Entity | null = this.#file;
    for (const name of path.split('/')) {
      if (!group || !('keys' in group) || !group.keys().includes(name)) return null;
      group = group.get(name);
    }
    return group;
  }
}

function readTensor(dataset: Dataset, path: string): ForeignTensor {
  const { shape } = dataset;
  const values = shape?.reduce((product, size) => product * size, 1) ?? Number.NaN;
  if (!shape || shape.length > MAX_RANK || !(values >= 1 && values <= MAX_VALUES)) {
    throw brokenModel(`the tensor "${path}" has the shape [${shape?.join(', ') ?? ''}]`);
  }
  const type = JSON.stringify(dataset.dtype);
  if (!/^"[<>|]?[fed]"$/.test(type)) {
    throw unsupportedModel(
      `the tensor "${path}" holds values of type ${type}`,
      'save the weights as 32-bit floats',
    );
  }
  const read = dataset.value;
  const list = read instanceof Float32Array || read instanceof Float64Array ? read : [Number(read)];
  if (list.length === values) return { shape, values: Float32Array.from(list) };
  throw brokenModel(`the tensor "${path}" has ${list.length} values, not ${values}`);
}

/** Whatever the library throws is the file's fault. */
function guard<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof PipelineError) throw cause;
    throw brokenModel(`"${what}" cannot be read`, cause);
  }
}
