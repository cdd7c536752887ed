/**
 * Makes the pictures of the README and of docs/visualize.md from real runs: the report as a browser
 * shows it (headless Chromium, where there is one), and what `visualize` draws of the digits, the
 * breast cancer and the mails.
 *
 *   npm run pictures
 */
import { execFileSync, spawn } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const ROOT = path.resolve(import.meta.dirname, '..');
const BIN = path.join(ROOT, 'bin', 'modelwright.js');
const OUT = path.join(ROOT, 'docs', 'pictures');
const project = mkdtempSync(path.join(tmpdir(), 'modelwright-pictures-'));
const env = { ...process.env, MODELWRIGHT_USER: 'reviewer', NO_COLOR: '1' };
const cli = (...args) =>
  execFileSync(process.execPath, [BIN, ...args], { cwd: project, env, encoding: 'utf8' });

function screenshot(report, target) {
  const chromium = ['chromium', 'chromium-browser', 'google-chrome'].find((name) => {
    try {
      execFileSync(name, ['--version'], { stdio: 'ignore' });
      return true;
    } catch {
      // Not installed under this name.
      return false;
    }
  });
  if (!chromium) return console.error('no Chromium: the report is not photographed');
  execFileSync(
    chromium,
    [
      '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync',
      `--user-data-dir=${path.join(project, 'chromium')}`, '--hide-scrollbars',
      '--window-size=1080,760', `--screenshot=${target}`, `file://${report}`,
    ],
    { stdio: 'ignore' },
  ); // prettier-ignore
}

/** Runs a pipeline to its end, approving whatever it asks a person. @returns the folder of its files */
async function runOf(pipeline) {
  const up = spawn(process.execPath, [BIN, 'up', '--run', `pipelines/${pipeline}.yaml`], {
    cwd: project,
    env,
    stdio: 'inherit',
  });
  const ended = new Promise((resolve) => up.once('exit', resolve));
  try {
    let isOver = false;
    void ended.then(() => (isOver = true));
    while (!isOver) {
      await sleep(500);
      try {
        for (const { item } of JSON.parse(cli('review', 'list', '--json'))) {
          cli('review', 'decide', item, '--verdict', 'approve');
        }
      } catch {
        // The server is not up yet, or not any more.
      }
    }
    const code = await ended;
    if (code !== 0) throw new Error(`the run of ${pipeline} ended with ${code}`);
    const runs = JSON.parse(cli('status', '--json'));
    const { id } = runs.find((run) => run.id.startsWith(`${pipeline}-`));
    const out = path.join(project, `out-${pipeline}`);
    cli('artifacts', 'get', id, '--out', out);
    return out;
  } finally {
    up.kill('SIGTERM');
    await ended;
  }
}

/** The light PNG of a picture; of pictures of rows the first. */
function copyPicture(out, name, target = name) {
  const pictures = path.join(out, 'pictures');
  const found = readdirSync(pictures)
    .sort()
    .find((file) => file.startsWith(name) && /^(-\d+)?\.png$/.test(file.slice(name.length)));
  copyFileSync(path.join(pictures, found), path.join(OUT, `${target}.png`));
}

/** The pipeline that docs/visualize.md shows. */
function pipelineOfPage() {
  const page = readFileSync(path.join(ROOT, 'docs', 'visualize.md'), 'utf8');
  return /^```yaml\n([\s\S]*?)^```$/m.exec(page)[1];
}

cli('init', '.');
for (const name of ['breast-cancer.csv', 'mail.csv']) {
  copyFileSync(path.join(ROOT, 'pipelines/data', name), path.join(project, 'pipelines/data', name));
}
for (const name of ['breast-cancer.yaml', 'text-spam.yaml']) {
  copyFileSync(path.join(ROOT, 'pipelines', name), path.join(project, 'pipelines', name));
}
writeFileSync(path.join(project, 'pipelines/digits-in-pictures.yaml'), pipelineOfPage());
mkdirSync(OUT, { recursive: true });
try {
  const digits = await runOf('digits');
  copyPicture(digits, 'attribution-overlay', 'doubt');
  copyPicture(digits, 'learning-curve');
  screenshot(path.join(digits, 'report.html'), path.join(OUT, 'report.png'));
  const inside = await runOf('digits-in-pictures');
  for (const name of [
    'roc-curve',
    'calibration',
    'first-layer-filters',
    'activation-map',
    'activation-maximisation',
    'embedding-projection-umap',
  ]) {
    copyPicture(inside, name);
  }
  const cancer = await runOf('breast-cancer');
  copyPicture(cancer, 'decision-path');
  copyPicture(cancer, 'decision-boundary');
  copyPicture(await runOf('text-spam'), 'attention-map');
} finally {
  rmSync(project, { recursive: true, force: true });
}
