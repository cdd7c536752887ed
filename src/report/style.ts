/** The style sheet of the report: light and dark, on screen and on paper. */

// Contrast of text on its ground is at least 4.5 : 1 in both schemes (WCAG 2.2, 1.4.3).
/** A cell's ground by the tenth of its row that it has: no `style` attribute gets past the policy. */
const HEAT = Array.from(
  { length: 10 },
  (_, tenth) =>
    `td.heat-${tenth} { background: rgba(var(--heat), ${(0.08 + 0.041 * tenth).toFixed(3)}); }`,
).join('\n');

export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #ffffff; --panel: #f5f6f8; --ink: #1b1f24; --soft: #545b66; --line: #d5d9e0;
  --accent: #0b57a4; --good: #116329; --good-ground: #ddf4e0; --bad: #a0111f;
  --bad-ground: #ffe3e3; --warn: #7a4b00; --warn-ground: #fff1cf; --heat: 11, 87, 164;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --ground: #14171c; --panel: #1d2128; --ink: #e7eaee; --soft: #a6aeba; --line: #363d48;
    --accent: #7db7f5; --good: #8fdc9b; --good-ground: #16351d; --bad: #ff9f9f;
    --bad-ground: #451b1e; --warn: #f2c879; --warn-ground: #3d2f10; --heat: 90, 160, 240;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 62rem; background: var(--ground);
  color: var(--ink); font: 1rem/1.55 system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif;
}
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.3rem; margin: 2.75rem 0 .75rem; padding-bottom: .3rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1.02rem; margin: 1.25rem 0 .4rem; }
p { margin: .4rem 0 .8rem; max-width: 46rem; }
a { color: var(--accent); }
.soft, figcaption, caption { color: var(--soft); }
.verdict { font-size: 1.1rem; }
.badge { display: inline-block; padding: .05rem .55rem; border-radius: 1rem; font-size: .85rem; font-weight: 600; border: 1px solid var(--line); white-space: nowrap; }
.good { color: var(--good); background: var(--good-ground); border-color: transparent; }
.bad { color: var(--bad); background: var(--bad-ground); border-color: transparent; }
.warn { color: var(--warn); background: var(--warn-ground); border-color: transparent; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .75rem; margin: 1.25rem 0; padding: 0; }
.figure { background: var(--panel); border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1rem; }
.figure dt { color: var(--soft); font-size: .88rem; }
.figure dd { margin: 0; font-size: 1.5rem; font-weight: 650; line-height: 1.3; font-variant-numeric: tabular-nums; }
.figure dd small { display: block; font-size: .82rem; font-weight: 400; color: var(--soft); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .93rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding: .3rem 0; }
th, td { text-align: left; vertical-align: top; padding: .4rem .7rem .4rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: 600; }
td.number, th.number { text-align: right; }
.text { margin: 0.5rem 0; padding: 0.5rem 0.75rem; border-left: 3px solid; max-height: 20rem; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
tr.strong td, tr.strong th { font-weight: 650; }
table.matrix { width: auto; }
table.matrix th, table.matrix td { text-align: center; padding: .3rem .55rem; border: 1px solid var(--line); min-width: 2.4rem; }
td.words { min-width: 15rem; }
td.bar { width: 55%; padding-right: 0; vertical-align: middle; }
td.bar svg { display: block; height: .6rem; width: 100%; }
td.bar rect { fill: var(--accent); }
${HEAT}
nav { margin: 1.5rem 0 0; }
nav ul { columns: 16rem; margin: .4rem 0; padding-left: 1.2rem; }
ol.plain { margin: .2rem 0; padding-left: 1.4rem; }
table.map { width: auto; }
table.map th { font-weight: 500; color: var(--soft); padding-right: 1.2rem; white-space: nowrap; }
details.step { border-bottom: 1px solid var(--line); padding: .3rem 0; content-visibility: auto; contain-intrinsic-size: auto 2rem; overflow-x: auto; }
td { overflow-wrap: break-word; }
table.map td { min-width: 3.5rem; }
.skip { position: absolute; left: -99rem; }
.skip:focus { position: static; }
code, .digest { font: .84rem/1.4 ui-monospace, 'SFMono-Regular', Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1rem; }
figure { margin: 0; }
figure.learning-curve { grid-column: 1 / -1; }
figure.learning-curve img { width: 100%; }
figure img { max-width: 100%; height: auto; border-radius: .4rem; border: 1px solid var(--line); padding: .4rem; }
.items { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr)); gap: 1rem; padding: 0; list-style: none; }
.item { border: 1px solid var(--line); border-radius: .5rem; padding: .85rem 1rem; background: var(--panel); break-inside: avoid; }
.item h3 { margin: 0 0 .4rem; display: flex; justify-content: space-between; gap: .5rem; }
.item img { max-width: 100%; height: auto; background: #ffffff; border-radius: .4rem; }
.item img.pixels { width: 8rem; image-rendering: pixelated; background: #000000; }
.item p { margin: .35rem 0; font-size: .93rem; }
.item table { font-size: .86rem; }
details summary { cursor: pointer; padding: .25rem 0; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
@media print {
  @page { margin: 16mm 14mm; }
  :root { --ground: #fff; --panel: #fff; --ink: #000; --soft: #333; --line: #999; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  h2, h3, caption, summary { break-after: avoid; } figure, .figure, tr, .item { break-inside: avoid; }
  thead { display: table-header-group; }
  .scroll, details.step, .text { overflow: visible; max-height: none; content-visibility: visible; }
  table { font-size: 8.5pt; } a { color: inherit; text-decoration: none; }
  .badge { border-color: #666; print-color-adjust: exact; }
  td[class^='heat-'], td.bar svg { print-color-adjust: exact; }
}
`;
