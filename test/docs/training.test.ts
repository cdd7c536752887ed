import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Block, blocksOf, faultsIn, isPipeline } from './yaml-blocks.ts';

const SCHEMA = fileURLToPath(new URL('../../schemas/steps/train.schema.json', import.meta.url));

const PAGE = fileURLToPath(new URL('../../docs/training.md', import.meta.url));

interface Part {
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Part>>;
  readonly oneOf?: readonly Part[];
  readonly items?: Part;
}

/** What `type` may be, in the schema itself, its branches and its items. */
function typesIn(part: Part | undefined): readonly string[] {
  if (!part) return [];
  const { const: only, enum: some = [] } = part.properties?.['type'] ?? {};
  const inner = [...(part.oneOf ?? []), ...(part.items ? [part.items] : [])];
  return [...(only === undefined ? [] : [only]), ...some, ...inner.flatMap(typesIn)];
}

const blocks = blocksOf('training.md');
const whole = blocks.filter(isPipeline);
const fragments = blocks.filter(({ isFragment }) => isFragment);

const [example] = whole;
const given = (key: string) => new RegExp(`^ {6}${key}:.*\n`, 'm');

/** The first pipeline of the page, whose `train` step says what the fragment says. */
function pipelineOf({ line, text }: Block): Block {
  const inWith = text.replaceAll(/^(?=.)/gm, '      ');
  const keys = [...text.matchAll(/^(\w+):/gm)].map(([, key]) => key as string);
  const optional = ['batchSize', 'optimizer', 'earlyStopping', ...keys];
  const base = optional.reduce((rest, key) => rest.replace(given(key), ''), example?.text ?? '');
  return { line, isFragment: false, text: base + inWith };
}

describe('the page of training', () => {
  it('has no block of YAML that is neither a pipeline nor marked as a fragment', () => {
    expect(blocks.filter((block) => !block.isFragment && !whole.includes(block))).toEqual([]);
    expect(whole.length).toBeGreaterThan(0);
    expect(fragments.length).toBeGreaterThan(5);
  });

  it.each(whole.map((block) => [block.line, block] as const))(
    'has a good pipeline at line %i',
    (_, block) => {
      expect(faultsIn(block)).toEqual([]);
    },
  );

  it.each(fragments.map((block) => [block.line, block] as const))(
    'has a good part of a train step at line %i',
    (_, block) => {
      expect(faultsIn(pipelineOf(block))).toEqual([]);
    },
  );

  it('names every key of the step, and every type of optimizer, schedule and loss', () => {
    const schema = JSON.parse(readFileSync(SCHEMA, 'utf8')) as { properties: { with: Part } };
    const page = readFileSync(PAGE, 'utf8');
    const { properties = {} } = schema.properties.with;
    const ownPages = ['warmStart', 'checkpoint'];
    const keys = Object.keys(properties).filter((key) => !ownPages.includes(key));
    const types = ['optimizer', 'schedule', 'loss', 'augment'].flatMap((key) => [
      ...typesIn(properties[key]),
      ...Object.keys(properties[key]?.properties ?? {}),
    ]);
    expect(types.length).toBeGreaterThan(30);
    const isNamed = (name: string) => new RegExp(`\\b${name}\\b`).test(page);
    expect([...keys, ...types].filter((name) => !isNamed(name))).toEqual([]);
  });
});
