import type { ArtifactRef } from '../../src/artifacts/artifact.ts';
import type { Gallery } from '../../src/ml/model.ts';
import type { Evidence } from '../../src/report/evidence.ts';
import { picturesSection } from '../../src/report/sections/pictures.ts';

const ref = (sha256: string, mediaType = 'image/svg+xml'): ArtifactRef => ({
  uri: `artifact://sha256/${sha256}`,
  sha256,
  bytes: 1,
  mediaType,
});
const OLD: Gallery['pictures'][number] = {
  name: 'calibration',
  type: 'calibration',
  title: 'Calibration',
  caption: 'How sure.',
  sourceRow: null,
  svg: ref('light'),
  png: ref('png', 'image/png'),
};
const NEW = { ...OLD, dark: { svg: ref('dark'), png: ref('dark-png', 'image/png') } };

const render = (picture: Gallery['pictures'][number], loaded: readonly string[]): string => {
  const galleries = [{ step: 'pics', ref: ref('gallery'), value: { pictures: [picture] } }];
  const evidence: Pick<Evidence, 'galleries' | 'gates'> = { galleries, gates: [] };
  const pictures = new Map(loaded.map((digest) => [digest, `data:image/svg+xml;base64,${digest}`]));
  return picturesSection(evidence as Evidence, pictures)?.markup ?? '';
};

describe('pictures of the report', () => {
  it('shows the dark one on a dark screen, and never on paper', () => {
    const html = render(NEW, ['light', 'dark']);
    expect(html).toMatch(
      /<source media="screen and \(prefers-color-scheme: dark\)" srcset="data:image\/svg\+xml;base64,dark"/,
    );
    expect(html).toContain('<img src="data:image/svg+xml;base64,light"');
  });

  it('shows the light one alone of galleries without a dark one, or where it did not fit', () => {
    for (const html of [render(OLD, ['light']), render(NEW, ['light'])]) {
      expect(html).toContain('<img src="data:image/svg+xml;base64,light"');
      expect(html).not.toContain('<source');
    }
  });
});
