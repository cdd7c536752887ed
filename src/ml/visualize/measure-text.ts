/** How wide a text is in the bundled font, so that nothing is cut off and no room is left over. */

/** Advances of the printable ASCII characters from the space on, in thousandths of the font size. */
const ADVANCES = [
  318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636,
  636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632,
  575, 775, 752, 295, 295, 656, 557, 863, 748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685,
  611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579,
  278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
] as const;
const FIRST = 32;
/** Of other letters of alphabets, and of characters of East Asian scripts. */
const OTHER = 680;
const IDEOGRAPH = 1000;
const FIRST_IDEOGRAPH = 0x2e80;
/** The bold letters are so much wider, at most. */
const BOLD = 1.14;

/** @param size  of the font, in pixels. @returns pixels. */
export function textWidth(text: string, size: number, isBold = false): number {
  let sum = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const other = code >= FIRST_IDEOGRAPH ? IDEOGRAPH : OTHER;
    sum += ADVANCES[code - FIRST] ?? other;
  }
  return ((isBold ? BOLD : 1) * size * sum) / 1000;
}
