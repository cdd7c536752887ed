/** Subject and readable body of a mail as it was sent (RFC 5322, 2045, 2047). */
import { TextDecoder } from 'node:util';

/** @returns {{ subject: string, body: string }} without control characters. */
export function readMessage(text) {
  const { headers, body } = splitHeaders(text);
  return {
    subject: clean(decodeWords(headers.get('subject') ?? '')),
    body: clean(bodyOf(headers, body)),
  };
}

/** Continued lines belong to the header before; of headers that repeat the first counts. */
function splitHeaders(text) {
  const lines = text.split(/\r?\n/);
  const end = lines.findIndex((line) => line.trim() === '');
  const headers = new Map();
  let last = null;
  for (const line of end < 0 ? lines : lines.slice(0, end)) {
    const found = /^([\w-]+):\s*(.*)$/.exec(line);
    if (/^\s/.test(line) && last !== null) headers.set(last, `${headers.get(last)} ${line.trim()}`);
    else last = found ? found[1].toLowerCase() : null;
    if (last !== null && found && !headers.has(last)) headers.set(last, found[2]);
  }
  return { headers, body: end < 0 ? '' : lines.slice(end + 1).join('\n') };
}

/** The first part that is text; of alternatives plain text rather than HTML. */
function bodyOf(headers, body, depth = 0) {
  const type = headers.get('content-type') ?? 'text/plain';
  const boundary = /boundary\s*=\s*(?:"([^"]+)"|([^;\s]+))/i.exec(type);
  if (/^multipart\//i.test(type) && boundary && depth < 5) {
    const parts = body.split(`--${boundary[1] ?? boundary[2]}`).slice(1);
    const texts = parts.flatMap((part) => {
      const inner = splitHeaders(part.replace(/^\s*\n/, ''));
      const kind = inner.headers.get('content-type') ?? 'text/plain';
      if (!/^(?:text|multipart)\//i.test(kind)) return [];
      return [
        { isPlain: !/^text\/html/i.test(kind), text: bodyOf(inner.headers, inner.body, depth + 1) },
      ];
    });
    const readable = texts.filter(({ text }) => text.trim() !== '');
    return (readable.find(({ isPlain }) => isPlain) ?? readable[0])?.text ?? '';
  }
  const decoded = decodeBody(body, headers.get('content-transfer-encoding') ?? '', charsetOf(type));
  return /^text\/html/i.test(type) || /^\s*<(?:!doctype|html)/i.test(decoded)
    ? textOfHtml(decoded)
    : decoded;
}

const charsetOf = (type) => /charset\s*=\s*"?([\w.:-]+)/i.exec(type)?.[1] ?? 'latin1';

/** The corpus holds a character for each byte. */
function decodeBody(body, encoding, charset) {
  if (/base64/i.test(encoding)) return decodeBytes(Buffer.from(body, 'base64'), charset);
  if (/quoted-printable/i.test(encoding)) return decodeBytes(fromQuotedPrintable(body), charset);
  return body;
}

function fromQuotedPrintable(text) {
  const joined = text.replaceAll(/=[ \t]*\r?\n/g, '');
  const bytes = joined.replaceAll(/=([0-9a-f]{2})/gi, (_, hex) =>
    String.fromCharCode(parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1');
}

function decodeBytes(bytes, charset) {
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    // A charset that nobody knows, such as "default_charset" in spam.
    return new TextDecoder('latin1').decode(bytes);
  }
}

/** `=?charset?B?…?=` and `=?charset?Q?…?=`; blanks between two of them are none. */
function decodeWords(text) {
  return text
    .replaceAll(/\?=\s+=\?/g, '?==?')
    .replaceAll(/=\?([\w.-]+)\?([bq])\?([^?]*)\?=/gi, (_, charset, encoding, word) =>
      decodeBytes(
        encoding.toLowerCase() === 'b'
          ? Buffer.from(word, 'base64')
          : fromQuotedPrintable(word.replaceAll('_', ' ')),
        charset,
      ),
    );
}

const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

function textOfHtml(html) {
  return html
    .replaceAll(/<(script|style|head)\b[\s\S]*?<\/\1\s*>/gi, ' ')
    .replaceAll(/<!--[\s\S]*?-->/g, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/&#(\d{1,6});/g, (_, code) =>
      String.fromCodePoint(Math.min(Number(code), 0x10ffff)),
    )
    .replaceAll(/&(\w+);/g, (whole, name) => ENTITIES[name.toLowerCase()] ?? whole);
}

/** NUL and the like are no text. */
// eslint-disable-next-line no-control-regex -- these are what is to be taken out
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffd]/g;
const clean = (text) => text.replaceAll(CONTROL, ' ').toWellFormed();
