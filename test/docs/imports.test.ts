import { readFileSync } from 'node:fs';
import { CONVERTERS } from '../../src/ml/imports/layers/converters.ts';
import { type Block, blocksOf, faultsIn, isPipeline } from './yaml-blocks.ts';

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

describe('the page of imports', () => {
  const blocks = blocksOf('imports.md');
  const whole = blocks.filter(isPipeline);
  const fragments = blocks.filter(({ isFragment }) => isFragment);

  /** The page's data, and an import that says what the fragment says. */
  function pipelineOf({ line, text }: Block): Block {
    const data = (whole[0]?.text ?? '').replace(/^ {2}base:[\s\S]*/m, '');
    const step = `  base:\n    uses: import\n    with:\n${text.replaceAll(/^(?=.)/gm, '      ')}`;
    return { line, isFragment: false, text: data + step };
  }

  it('has good pipelines and fragments, and no other YAML', () => {
    expect(whole.length).toBeGreaterThan(0);
    expect(fragments.length).toBeGreaterThan(1);
    expect(whole.length + fragments.length).toBe(blocks.length);
    for (const block of whole) expect(faultsIn(block)).toEqual([]);
    for (const block of fragments) expect(faultsIn(pipelineOf(block))).toEqual([]);
  });

  it('names every layer that is converted, every key and every format', () => {
    const { properties } = (
      JSON.parse(read('schemas/steps/import.schema.json')) as {
        properties: { with: { properties: { format: { enum: string[] } } & object } };
      }
    ).properties.with;
    const wanted = [
      ...Object.keys(CONVERTERS),
      ...properties.format.enum,
      ...Object.keys(properties).filter((key) => !['layout', 'output'].includes(key)),
    ];
    const page = read('docs/imports.md');
    expect(wanted.filter((word) => !page.includes(`\`${word}\``))).toEqual([]);
    expect(page).toMatch(/`layout: /);
    expect(page).toMatch(/`output: /);
  });
});
