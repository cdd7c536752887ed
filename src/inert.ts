/** Text from outside without control characters, so that a label cannot move the cursor. */
export function inert(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is removed
  return text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd');
}
