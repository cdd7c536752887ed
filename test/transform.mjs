/**
 * TypeScript for jest, with what modules read of the global object bound once in each of them.
 *
 * Jest runs tests in a vm context, whose global object asks a hook at each look: a loop with
 * `Math.imul` in it takes 60 times as long as outside. A module's own `const Math` is not asked for.
 */
import swc from '@swc/jest';

const OFTEN = [
  'Array', 'BigInt', 'Buffer', 'Float32Array', 'Float64Array', 'Int32Array', 'JSON', 'Map', 'Math',
  'Number', 'Object', 'Set', 'String', 'Uint32Array', 'Uint8Array',
]; // prettier-ignore

const { process, processAsync, getCacheKey } = swc.createTransformer({
  jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
  module: { type: 'es6' },
});

/** On the first line, so that every other keeps its number. */
function bound(result) {
  const { code } = result;
  const used = OFTEN.filter(
    (name) =>
      new RegExp(`(?<![.\\w$'"])${name}(?![\\w$'"])`).test(code) &&
      !new RegExp(`\\b(?:import|const|let|var|class|function)\\b[^;=(]*\\b${name}\\b`).test(code),
  );
  if (used.length === 0) return result;
  return { ...result, code: `const { ${used.join(', ')} } = globalThis; ${code}` };
}

export default {
  canInstrument: false,
  process: (...given) => bound(process(...given)),
  processAsync: async (...given) => bound(await processAsync(...given)),
  getCacheKey: (...given) => `${getCacheKey(...given)}-bound-1`,
};
