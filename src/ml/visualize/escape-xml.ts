/**
 * Text that XML 1.0 can hold: line breaks and tabs become spaces, what it refuses (other
 * controls, lone surrogates) and what reorders the text around it becomes U+FFFD, so that one odd
 * label cannot spoil a picture.
 *
 * @see https://www.w3.org/TR/xml/#charsets
 */
export function printable(text: string): string {
  return text.replace(/[\t\n\r]/g, ' ').replace(UNPRINTABLE, '\ufffd');
}

const UNPRINTABLE =
  // eslint-disable-next-line no-control-regex -- these are what XML refuses
  /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]|\p{Surrogate}/gu;

/** Makes any text inert in XML content and attributes. */
export function escapeXml(text: string): string {
  return printable(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** The first characters of a text, printable, with an ellipsis where some are left out. */
export function shorten(text: string, length: number): string {
  const characters = Array.from(printable(text));
  if (characters.length <= length) return characters.join('');
  return `${characters.slice(0, length - 1).join('')}…`;
}
