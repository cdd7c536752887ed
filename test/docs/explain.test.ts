import { readFileSync } from 'node:fs';
import { faultsIn } from './yaml-blocks.ts';

interface Schema {
  readonly properties: {
    readonly with: {
      readonly properties: {
        readonly method: { readonly enum: readonly string[] };
        readonly global: { readonly properties: Readonly<Record<string, unknown>> };
      };
    };
  };
}

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

const BEFORE = `name: page
steps:
  data:
    uses: dataset
    with: { source: a.csv, target: y }
  network:
    uses: architect
    with: { dataset: '\${{ steps.data.outputs.dataset }}', family: mlp }
  train:
    uses: train
    with:
      architecture: \${{ steps.network.outputs.architecture }}
      dataset: \${{ steps.data.outputs.dataset }}
      epochs: 1
  cnn:
    uses: architect
    with: { dataset: '\${{ steps.data.outputs.dataset }}', family: cnn }
  trainCnn:
    uses: train
    with:
      architecture: \${{ steps.cnn.outputs.architecture }}
      dataset: \${{ steps.data.outputs.dataset }}
      epochs: 1
  trainNet:
    uses: train
    with:
      architecture: \${{ steps.network.outputs.architecture }}
      dataset: \${{ steps.data.outputs.dataset }}
      epochs: 1
  predictions:
    uses: predict
    with:
      model: \${{ steps.train.outputs.model }}
      dataset: \${{ steps.data.outputs.dataset }}
      flag: { confidenceBelow: 0.5 }
`;

describe('docs/explain.md', () => {
  const page = read('docs/explain.md');
  const fragments = [...page.matchAll(/```yaml fragment\n(.*?)```/gs)].map(([, step = '']) => step);

  it.each(fragments)('shows a step that is valid: %#', (fragment) => {
    const indented = fragment.replace(/^/gm, '  ').trimEnd();
    const block = { line: 1, isFragment: false, text: `${BEFORE}${indented}\n` };
    expect(faultsIn(block)).toEqual([]);
  });

  it('names every method and every explanation of the whole', () => {
    const { method, global } = (JSON.parse(read('schemas/steps/explain.schema.json')) as Schema)
      .properties.with.properties;
    for (const name of [...method.enum, ...Object.keys(global.properties)]) {
      expect(page).toContain(`\`${name}\``);
    }
  });
});
