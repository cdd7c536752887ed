import { blocksOf, faultsIn, isPipeline } from './yaml-blocks.ts';

const ours = blocksOf('coming-from.md').filter(({ isFragment }) => !isFragment);

describe('the page for those who come from another tool', () => {
  it('has a pipeline of ours for each of the four', () => {
    expect(ours.filter(isPipeline)).toEqual(ours);
    expect(ours.length).toBeGreaterThanOrEqual(4);
  });

  it.each(ours.map((block) => [block.line, block] as const))(
    'has a good pipeline at line %i',
    (_, block) => {
      expect(faultsIn(block)).toEqual([]);
    },
  );
});
