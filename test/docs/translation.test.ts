import { readFileSync } from 'node:fs';
import path from 'node:path';
import { blocksOf, faultsIn, isPipeline } from './yaml-blocks.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const blocks = blocksOf('translation.md');
const page = readFileSync(path.join(ROOT, 'docs/translation.md'), 'utf8');

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly anyOf?: readonly Node[];
  readonly default?: unknown;
}

const withOf = (kind: string): Readonly<Record<string, Node>> => {
  const file = path.join(ROOT, `schemas/steps/${kind}.schema.json`);
  const schema = JSON.parse(readFileSync(file, 'utf8')) as Node;
  return schema.properties?.['with']?.properties ?? {};
};

describe('the page of translation', () => {
  it('has pipelines alone', () => {
    expect(blocks.filter((block) => !isPipeline(block))).toEqual([]);
    expect(blocks.length).toBeGreaterThan(2);
  });

  it.each(blocks.map((block) => [block.line, block] as const))(
    'has a good pipeline at line %i',
    (_, block) => {
      expect(faultsIn(block)).toEqual([]);
    },
  );

  it('names every key of a target and of decoding, with its default', () => {
    const target = withOf('dataset')['target']?.anyOf?.[1]?.properties ?? {};
    const decoding = withOf('predict')['decoding']?.properties ?? {};
    expect(Object.keys(target)).toContain('tokenizer');
    for (const key of [...Object.keys(target), ...Object.keys(decoding)]) {
      expect(page).toMatch(new RegExp(`^\\| \`${key}\` +\\|`, 'm'));
    }
    for (const [key, { default: value }] of Object.entries(decoding)) {
      const line = page.split('\n').find((each) => each.startsWith(`| \`${key}\``));
      expect(line).toContain(`(${String(value)})`);
    }
    expect(withOf('audit')['decoding']?.properties).toEqual(decoding);
  });

  it('names the checks of an audit that are of texts', () => {
    for (const check of [
      'accuracy',
      'accuracyLowerBound',
      'bleu',
      'calibration',
      'beatsBaseline',
    ]) {
      expect(Object.keys(withOf('audit')['checks']?.properties ?? {})).toContain(check);
      expect(page).toContain(`\`${check}\``);
    }
  });
});
