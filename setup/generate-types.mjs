/**
 * Writes the TypeScript types of every schema. `--check` fails where a written file differs.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { compile } from 'json-schema-to-typescript';
import { format } from 'prettier';
import { ROOT } from './paths.mjs';

const SCHEMAS = path.join(ROOT, 'schemas');
const STEPS = path.join(SCHEMAS, 'steps');
const HEADER = '/* Generated from schemas/ by `npm run types`. Do not edit. */';

/** Artifact references become the one `ArtifactRef` type; everything else is spelled out. */
function withArtifactType(node) {
  if (Array.isArray(node)) return node.map(withArtifactType);
  if (node === null || typeof node !== 'object') return node;
  if ('x-artifact' in node) return { description: node.description, tsType: 'ArtifactRef' };
  const mapped = Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, withArtifactType(value)]),
  );
  // Any value at all, which the generator would take for a map.
  if (Object.keys(node).join() === 'description' && typeof node.description === 'string') {
    return { ...node, tsType: 'unknown' };
  }
  if (node.type !== 'object' || !node.properties) return mapped;
  // Decoding fills in the defaults, so what a step receives always has them.
  const defaulted = Object.keys(node.properties).filter((key) => 'default' in node.properties[key]);
  return { ...mapped, required: [...new Set([...(node.required ?? []), ...defaulted])] };
}

async function stepTypes() {
  const parts = [HEADER, "import type { ArtifactRef } from '../artifacts/artifact.ts';", ''];
  for (const name of readdirSync(STEPS).sort()) {
    const schema = JSON.parse(readFileSync(path.join(STEPS, name), 'utf8'));
    const { $id: _id, $schema: _schema, ...rest } = schema;
    parts.push(
      await compile(withArtifactType(rest), schema.title, {
        bannerComment: '',
        ignoreMinAndMaxItems: true,
      }),
    );
  }
  return parts.join('\n');
}

const outputs = { 'src/activities/step-types.ts': await stepTypes() };
const options = JSON.parse(readFileSync(path.join(ROOT, '.prettierrc.json'), 'utf8'));
for (const [file, text] of Object.entries(outputs)) {
  const target = path.join(ROOT, file);
  const formatted = await format(text, { ...options, parser: 'typescript' });
  if (process.argv.includes('--check')) {
    if (!existsSync(target) || readFileSync(target, 'utf8') !== formatted) {
      console.error(`${file} is not what schemas/ says: run \`npm run types\``);
      process.exitCode = 1;
    }
  } else {
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, formatted);
  }
}
