import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Block, blocksOf, faultsIn, isPipeline } from './yaml-blocks.ts';

const read = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../${name}`, import.meta.url)), 'utf8');

/** Keys of the example's last step that a fragment says anew. */
const REPLACED: Readonly<Record<string, RegExp>> = {
  'transfer.md': /^ {6}(head|stages):.*\n( {8}.*\n)*/gm,
  'fusion.md': /^ {6}method:.*\n/gm,
};

/** The page's pipeline, whose last step says what the fragment says. */
function pipelineOf(page: string, { line, text }: Block): Block {
  const example = blocksOf(page).find(isPipeline)?.text ?? '';
  const inWith = text.replaceAll(/^(?=.)/gm, '      ');
  const base = example.replaceAll(REPLACED[page] as RegExp, '');
  return { line, isFragment: false, text: base + inWith };
}

describe.each(['transfer.md', 'fusion.md'])('the page %s', (page) => {
  const blocks = blocksOf(page);
  const whole = blocks.filter(isPipeline);
  const fragments = blocks.filter(({ isFragment }) => isFragment);

  it('has pipelines and fragments, and no other YAML', () => {
    expect(whole.length).toBeGreaterThan(0);
    expect(fragments.length).toBeGreaterThan(1);
    expect(blocks.filter((block) => !block.isFragment && !whole.includes(block))).toEqual([]);
  });

  it('has good ones', () => {
    for (const block of whole) expect(faultsIn(block)).toEqual([]);
    for (const block of fragments) expect(faultsIn(pipelineOf(page, block))).toEqual([]);
  });
});

it.each([
  ['fuse', 'fusion.md', []],
  ['transfer', 'transfer.md', ['train']],
  ['multi-task', 'transfer.md', ['train']],
])('every key of %s is on its page', (kind, page, others) => {
  const keysOf = (name: string) => {
    const schema = JSON.parse(read(`schemas/steps/${name}.schema.json`)) as {
      properties: { with: { properties: object } };
    };
    return Object.keys(schema.properties.with.properties);
  };
  const own = keysOf(kind).filter((key) => !others.flatMap(keysOf).includes(key));
  const text = read(`docs/${page}`);
  expect(own.length).toBeGreaterThan(4);
  expect(own.filter((key) => !new RegExp(`\\b${key}\\b`).test(text))).toEqual([]);
});

it('transfer takes every key of train but two, with the same rules', () => {
  const propertiesOf = (name: string) =>
    (
      JSON.parse(read(`schemas/steps/${name}.schema.json`)) as {
        properties: { with: { properties: Record<string, object> } };
      }
    ).properties.with.properties;
  const { architecture, warmStart, dataset, epochs, ...shared } = propertiesOf('train');
  expect([architecture, warmStart, dataset, epochs]).not.toContain(undefined);
  expect(propertiesOf('transfer')).toMatchObject(shared);
});

it('multi-task takes every key of train that is not of one task, with the same rules', () => {
  const withOf = (name: string) =>
    (
      JSON.parse(read(`schemas/steps/${name}.schema.json`)) as {
        properties: { with: { properties: Record<string, Record<string, unknown>> } };
      }
    ).properties.with.properties;
  const { architecture, warmStart, dataset, ...rest } = withOf('train');
  const { loss, labelSmoothing, classWeights, ...shared } = rest;
  expect([architecture, warmStart, dataset]).not.toContain(undefined);
  const { tasks, ...own } = withOf('multi-task');
  expect(own).toMatchObject(shared);
  expect(tasks?.['additionalProperties']).toMatchObject({
    properties: { loss, labelSmoothing, classWeights },
  });
});
