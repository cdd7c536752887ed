import { calibrationOf } from '../../../src/ml/audit/calibration.ts';
import { activationMap, mapsOf } from '../../../src/ml/visualize/activation-map.ts';
import { attentionMap, drawnAttention } from '../../../src/ml/visualize/attention-map.ts';
import { type BoundaryChart, boundaryChart } from '../../../src/ml/visualize/boundary-chart.ts';
import { dreamTiles } from '../../../src/ml/visualize/dream-tiles.ts';
import { filterTiles } from '../../../src/ml/visualize/filter-tiles.ts';
import { type DecisionPath, pathChart, pathSteps } from '../../../src/ml/visualize/path-chart.ts';
import { projectionChart } from '../../../src/ml/visualize/projection-chart.ts';
import { reliabilityDiagram } from '../../../src/ml/visualize/reliability-diagram.ts';
import { type ThresholdChart, thresholdChart } from '../../../src/ml/visualize/threshold-chart.ts';
import { attributionBars } from '../../../src/ml/visualize/attribution-bars.ts';
import { attributionOverlay } from '../../../src/ml/visualize/attribution-overlay.ts';
import { confusionMatrix } from '../../../src/ml/visualize/confusion-matrix.ts';
import { learningCurve } from '../../../src/ml/visualize/learning-curve.ts';
import { picturePlanes } from '../../../src/ml/visualize/picture-planes.ts';
import { renderPng } from '../../../src/ml/visualize/render-png.ts';
import { type Theme, THEMES } from '../../../src/ml/visualize/theme.ts';

const HOSTILE = `<script>alert(1)</script>&"'\u0000\u001b[31m\ud800\u202e]]>`;

const history = (epochs: number, validated = true) => ({
  bestEpoch: epochs,
  epochs: Array.from({ length: epochs }, (_, index) => ({
    epoch: index + 1,
    loss: 1 / (index + 1),
    accuracy: 1 - 0.5 / (index + 1),
    validationLoss: validated ? 1.2 / (index + 1) : null,
    validationAccuracy: validated ? 0.9 - 0.5 / (index + 1) : null,
    learningRate: 0.001,
    endedAtMs: index,
  })),
});

const overlay = (predicted: string, theme: Theme = THEMES.light) =>
  attributionOverlay(
    {
      shape: [2, 3, 1],
      pixels: [0, 0.2, 0.4, 0.6, 0.8, 1],
      attributions: [0, 0.1, -0.2, 0.05, 0, -0.01],
      sourceRow: 17,
      predicted,
      probability: 0.613,
    },
    theme,
  );

const bars = (names: readonly string[], theme: Theme = THEMES.light) =>
  attributionBars(
    {
      featureNames: names,
      attributions: names.map((_, index) => (index % 2 === 0 ? 1 : -1) * (index + 1) * 0.01),
      sourceRow: 3,
      predicted: 'malignant',
      probability: 0.58,
    },
    theme,
  );

const matrix = (classes: readonly string[], theme: Theme = THEMES.light) =>
  confusionMatrix(
    {
      classes,
      confusion: classes.map((_, i) => classes.map((__, j) => (i === j ? 41 : 0))),
      part: 'test',
    },
    theme,
  );

const POINTS = [
  { x: 0, y: 1, label: 0 },
  { x: 2, y: 3, label: 1 },
];
const CALIBRATION = calibrationOf(
  [0, 1, 1],
  { values: [0.9, 0.1, 0.2, 0.8, 0.7, 0.3], rows: 3, classes: 2 },
  10,
);
const FILTERS = {
  name: 'conv',
  type: 'conv2d' as const,
  count: 1,
  filters: [{ height: 1, width: 2, values: [1, -1] }],
};

const curves = (name: string): ThresholdChart => ({
  title: name,
  xTitle: 'x',
  yTitle: 'y',
  chance: null,
  corner: { x: [0, 0.2], y: [0.8, 1] },
  curves: [
    {
      name,
      area: 0.99,
      points: [
        { x: 0, y: 0 },
        { x: 0, y: 1 },
        { x: 1, y: 1 },
      ],
    },
  ],
  classes: 1,
  areaName: 'area',
  macroArea: 0.99,
});

const path = (name: string): DecisionPath => ({
  sourceRow: 3,
  predicted: name,
  base: 0.2,
  output: 0.7,
  steps: pathSteps(
    [
      { name, value: 0.6 },
      { name: 'b', value: -0.1 },
    ],
    { base: 0.2, output: 0.7 },
  ),
  notes: [name],
});

const boundary = (name: string): BoundaryChart => ({
  title: name,
  notes: [name],
  xTitle: name,
  yTitle: 'y',
  classes: [name, 'b'],
  grid: {
    columns: 8,
    rows: 8,
    x: [0, 8],
    y: [0, 8],
    cells: Array.from({ length: 64 }, (_, at) => ({
      x: (at % 8) + 0.5,
      y: Math.floor(at / 8) + 0.5,
      predicted: at % 8 < 4 ? 0 : 1,
      probability: 0.8,
    })),
  },
  points: POINTS,
});

const attention = (text: string) =>
  drawnAttention(
    { heads: 1, steps: 2, valueSteps: 2, values: Float32Array.of(0.5, 0.5, 0.25, 0.75) },
    [
      { step: 0, text },
      { step: 1, text: 'b' },
    ],
  );

const DRAWINGS: readonly [string, (text: string, theme: Theme) => string | Promise<string>][] = [
  [
    'learning curve',
    (text, theme) => learningCurve({ [text]: history(3), other: history(4, false) }, theme),
  ],
  ['confusion matrix', (text, theme) => matrix([text, 'b', 'c'], theme)],
  ['attribution overlay', overlay],
  ['threshold chart', (text, theme) => thresholdChart(curves(text), theme)],
  [
    'reliability diagram',
    (text, theme) => reliabilityDiagram({ calibration: CALIBRATION, part: text }, theme),
  ],
  ['decision path', (text, theme) => pathChart(path(text), theme)],
  ['decision boundary', (text, theme) => boundaryChart(boundary(text), theme)],
  ['filters', (text, theme) => filterTiles({ ...FILTERS, name: text }, theme)],
  [
    'activation map',
    (text, theme) =>
      activationMap(
        mapsOf(text, [2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]),
        { sourceRow: 3, picture: null },
        theme,
      ),
  ],
  [
    'attention map',
    (text, theme) => attentionMap(attention(text), { layer: text, sourceRow: 3 }, theme),
  ],
  [
    'dreams',
    (text, theme) =>
      dreamTiles(
        {
          heading: text,
          shape: [2, 1, 1],
          dreams: [{ name: text, pixels: [0, 1], reached: 2, bestOfPart: 1 }],
        },
        theme,
      ),
  ],
  [
    'projection',
    (text, theme) =>
      projectionChart(
        {
          title: text,
          notes: [text],
          xTitle: text,
          yTitle: 'y',
          hasUnits: true,
          classes: [text, 'b'],
          points: POINTS,
        },
        theme,
      ),
  ],
  ['attribution bars', (text, theme) => bars([text, 'b', 'c'], theme)],
];

describe.each(
  DRAWINGS.flatMap(([name, draw]) =>
    Object.values(THEMES).map(
      (theme) => [`${name}, ${theme.name}`, (text: string) => draw(text, theme)] as const,
    ),
  ),
)('%s', (_, draw) => {
  it('keeps hostile text inert and the picture whole', async () => {
    const svg = await draw(HOSTILE);
    expect(svg).not.toContain('<script');
    // eslint-disable-next-line no-control-regex -- what must not be there
    expect(svg).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u202e]|\p{Surrogate}/u);
    expect(sizeOf(renderPng(svg)).width).toBeGreaterThan(200);
  });

  it('has the same bytes for the same input', async () => {
    const [first, second] = [await draw('a'), await draw('a')];
    expect(first).toBe(second);
    expect(Buffer.compare(renderPng(first), renderPng(second))).toBe(0);
  });

  it('shows its text in the PNG', async () => {
    const svg = await draw('Wxyz');
    expect(svg).toContain('Wxyz');
    // The same picture without text has other bytes only if text was drawn.
    const silent = svg.replace(/<text.*?<\/text>/g, '');
    expect(Buffer.compare(renderPng(svg), renderPng(silent))).not.toBe(0);
  });

  it('needs no canvas and no outside resource', async () => {
    expect((await draw('a')).replace(/xmlns(:\w+)?="[^"]*"/g, '')).not.toMatch(
      /https?:|href|url\(/,
    );
  });
});

describe('renderPng', () => {
  it('draws at twice the size', () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="50" height="20"/>';
    expect(sizeOf(renderPng(svg))).toEqual({ width: 100, height: 40 });
  });
});

describe('names in scripts that the bundled fonts lack', () => {
  it('are drawn where the machine can, and never stop the picture', () => {
    expect(sizeOf(renderPng(overlay('数字八'))).width).toBeGreaterThan(200);
  });
});

describe('learningCurve', () => {
  it('draws one epoch, many histories, and histories without validation', async () => {
    const names = Array.from({ length: 8 }, (_, index) => `model ${index}`);
    const many = Object.fromEntries(names.map((name, at) => [name, history(1 + 20 * at, at < 3)]));
    const svg = await learningCurve(many, THEMES.light);
    for (const name of names) expect(svg).toContain(`${name} train`);
    expect(svg.match(/ val\.</g)).toHaveLength(2 * 3);
  });
});

describe('confusionMatrix', () => {
  it('leaves zeros blank and prints every other count', async () => {
    const svg = await matrix(['a', 'b', 'c']);
    expect(svg.match(/<text[^>]*>41<\/text>/g)).toHaveLength(3);
    expect(svg).not.toMatch(/<text[^>]*>0<\/text>/);
  });

  it('keeps classes apart whose names are equal once shortened', async () => {
    const stem = 'a very long class name';
    const svg = await matrix([`${stem} 1`, `${stem} 2`]);
    expect(svg.match(/<text[^>]*>41<\/text>/g)).toHaveLength(2);
  });
});

describe('attributionOverlay', () => {
  it('marks strong pixels with their sign and says nothing of the true class', () => {
    const svg = overlay('eight');
    expect(svg).toMatch(/<text[^>]*>\+<\/text>/);
    expect(svg).toMatch(/<text[^>]*>−<\/text>/);
    expect(svg).toContain('Predicted: eight');
    expect(svg).not.toMatch(/true|label/i);
  });
});

describe('picturePlanes', () => {
  it('joins channels and blocks: brightness is averaged, attribution summed', () => {
    const [height, width, channels] = [130, 100, 3];
    const values = height * width * channels;
    const planes = picturePlanes({
      shape: [height, width, channels],
      pixels: new Float32Array(values).fill(0.5),
      attributions: new Float32Array(values).fill(0.001),
    });
    // Blocks of 3 pixels; the last ones are cut off.
    expect([planes.height, planes.width]).toEqual([44, 34]);
    planes.grey.forEach((value) => expect(value).toBeCloseTo(0.5, 12));
    expect(planes.strength[0]).toBeCloseTo(0.027, 7);
    const sum = planes.strength.reduce((total, value) => total + value, 0);
    expect(sum).toBeCloseTo(0.001 * values, 4);
  });
});

describe('attributionBars', () => {
  it('shows the ten strongest, strongest first', () => {
    const svg = bars(Array.from({ length: 14 }, (_, index) => `feature-${index}`));
    const shown = [...svg.matchAll(/feature-(\d+)/g)].map(([, index]) => Number(index));
    expect(shown).toEqual([13, 12, 11, 10, 9, 8, 7, 6, 5, 4]);
  });
});

/** From the header chunk of a PNG. */
function sizeOf(png: Uint8Array): { width: number; height: number } {
  const view = Buffer.from(png);
  expect(view.subarray(1, 4).toString()).toBe('PNG');
  return { width: view.readUInt32BE(16), height: view.readUInt32BE(20) };
}

it('draws the most mistaken of very many classes', async () => {
  const classes = Array.from({ length: 400 }, (_, index) => `class ${index}`);
  const confusion = classes.map((_, i) => classes.map((__, j) => (i === j ? 3 : 0) as number));
  confusion[250]![399] = 7;
  const svg = await confusionMatrix({ classes, confusion, part: 'test' }, THEMES.light);
  expect(svg).toContain('the 60 of 400 classes with most mistakes');
  for (const name of ['class 0', 'class 250', 'class 399']) expect(svg).toContain(`>${name}<`);
  expect(svg).not.toContain('>class 100<');
  expect(svg.length).toBeLessThan(2 ** 20);
});
