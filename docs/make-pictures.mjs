/**
 * Makes the README's pictures from a real run of pipelines/digits.yaml: the report as a browser
 * shows it (headless Chromium, where there is one), the learning curve, an explained doubt.
 *
 *   npm run pictures
 */
import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
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

cli('init', '.');
const up = spawn(process.execPath, [BIN, 'up', '--run', 'pipelines/digits.yaml'], {
  cwd: project,
  env,
  stdio: 'inherit',
});
const ended = new Promise((resolve) => up.once('exit', resolve));
try {
  let items = [];
  for (let tries = 0; items.length === 0 && tries < 240; tries++) {
    await sleep(500);
    try {
      items = JSON.parse(cli('review', 'list', '--json'));
    } catch {
      // The server is not up yet; the loop is bounded.
    }
  }
  for (const { item } of items) cli('review', 'decide', item, '--verdict', 'approve');
  const code = await ended;
  if (code !== 0) throw new Error(`the run ended with ${code}`);
  const [{ id }] = JSON.parse(cli('status', '--json'));
  cli('artifacts', 'get', id, '--out', 'out');
  mkdirSync(OUT, { recursive: true });
  const pictures = path.join(project, 'out', 'pictures');
  const overlay = readdirSync(pictures).find((name) => /^attribution.*png$/.test(name));
  copyFileSync(path.join(pictures, overlay), path.join(OUT, 'doubt.png'));
  copyFileSync(path.join(pictures, 'learning-curve.png'), path.join(OUT, 'learning-curve.png'));
  screenshot(path.join(project, 'out', 'report.html'), path.join(OUT, 'report.png'));
} finally {
  up.kill('SIGTERM');
  await ended;
  rmSync(project, { recursive: true, force: true });
}
