import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { html } from '../../src/report/html.ts';
import { renderPage } from '../../src/report/page.ts';

const BROWSER = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (file) => existsSync(file),
);

const page = (markup: string) => renderPage({ title: 't', header: html``, main: { markup } });

it('allows its own style sheet by digest, and nothing else', () => {
  const text = page('<h2 id="a">A</h2>');
  const [, style = ''] = /<style>([\s\S]*?)<\/style>/.exec(text) ?? [];
  const digest = createHash('sha256').update(style).digest('base64');
  expect(style.length).toBeGreaterThan(1_000);
  expect(text).toContain(`style-src 'sha256-${digest}'`);
  expect(text).not.toContain('unsafe-inline');
});

it('lists its sections', () => {
  const text = page('<h2 id="a">One <span class="badge">x</span></h2><h2 id="b">&lt;Two&gt;</h2>');
  expect(text).toMatch(/<nav aria-label="Contents">/);
  expect(text).toContain('<a href="#a">One x</a>');
  expect(text).toContain('<a href="#b">&lt;Two&gt;</a>');
});

// A machine without a browser still has the test of the digest above.
(BROWSER === undefined ? describe.skip : describe)('in a browser', () => {
  let folder: string;
  let server: Server;
  const asked: string[] = [];
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'modelwright-page-'));
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.setHeader('access-control-allow-origin', '*');
      response.end('body { background: #ff0000 }');
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** @returns `[red, green, blue]` of every pixel. */
  async function screenshot(text: string): Promise<readonly (readonly number[])[]> {
    const [file, picture] = [path.join(folder, 'page.html'), path.join(folder, 'page.png')];
    writeFileSync(file, text);
    await promisify(execFile)(BROWSER ?? '', [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars'],
      ...[`--user-data-dir=${path.join(folder, 'profile')}`, '--window-size=800,600'],
      ...[`--screenshot=${picture}`, '--virtual-time-budget=2000', `file://${file}`],
    ]);
    const { data, info } = await sharp(picture).raw().toBuffer({ resolveWithObject: true });
    return Array.from({ length: data.length / info.channels }, (_, i) =>
      Array.from(data.subarray(i * info.channels, i * info.channels + 3)),
    );
  }

  it('shows its style, and neither asks nor runs nor restyles anything that slipped in', async () => {
    const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const block = (inner: string) => `<table><tr><td ${inner}>text text text</td></tr></table>`;
    const pixels = await screenshot(
      page(`
        <link rel="stylesheet" href="${at}/sheet.css" /><img src="${at}/picture.png" alt="" />
        <iframe src="${at}/frame"></iframe><script src="${at}/script.js"></script>
        <style>body { background: #ff0000 !important; }</style>
        <script>document.body.style.background = '#ff0000'; fetch('${at}/fetched');</script>
        <img src="x" onerror="document.body.style.background = '#ff0000'" alt="" />
        ${block('style="background: #ff0000"')} ${block('class="heat-9"')}`),
    );
    expect(asked).toEqual([]);
    expect(pixels.filter(([r = 0, g = 0]) => r > 200 && g < 60)).toHaveLength(0);
    expect(pixels.filter(([r = 0, , b = 0]) => b - r > 40).length).toBeGreaterThan(1_000);
  }, 60_000);
});
