import { duration, percent, utcTime } from '../../src/report/figures.ts';
import { html } from '../../src/report/html.ts';

it('makes text of every value, in elements and in attributes', () => {
  const nasty = `<img src=x onerror="alert('1')">&`;
  expect(html`<p title="${nasty}">${nasty}</p>`.markup).toBe(
    '<p title="&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;">' +
      '&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;</p>',
  );
});

it('keeps its own markup, joins lists and leaves nothing of null', () => {
  const items = ['a', '<b>'].map((item) => html`<i>${item}</i>`);
  expect(html`<b>${items}${null}${3}</b>`.markup).toBe('<b><i>a</i><i>&lt;b&gt;</i>3</b>');
});

it('shows control characters and changes of direction as replaced', () => {
  expect(html`${'a\u001b[31m\u202egnp\u2066\u0000\tb\nc'}`.markup).toBe(
    'a\ufffd[31m\ufffdgnp\ufffd\ufffd\tb\nc',
  );
});

it('prints figures as people read them', () => {
  expect([percent(0.98612, 2), percent(null), utcTime(0), utcTime(null)]).toEqual([
    '98.61 %',
    '–',
    '1970-01-01 00:00:00 UTC',
    '–',
  ]);
  expect([7, 5600, 59_960, 184_000, 3_720_000].map((ms) => duration(0, ms))).toEqual([
    '7 ms',
    '5.6 s',
    '1 min 0 s',
    '3 min 4 s',
    '1 h 2 min',
  ]);
});
