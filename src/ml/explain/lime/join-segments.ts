/**
 * Makes segments connected: each connected run of one label becomes a segment of its own, and what
 * is smaller than the bound joins the segment that was seen before it beside it.
 *
 * @param labels  `[height, width]`.
 * @returns `[height, width]`, numbered from 0 without gaps, in the order of their first pixels.
 */
export function joinSegments(
  labels: Int32Array,
  [height, width]: readonly [number, number],
  fewest: number,
): Int32Array {
  const found = new Int32Array(labels.length).fill(-1);
  const queue = new Int32Array(labels.length);
  let segments = 0;
  for (let start = 0; start < labels.length; start += 1) {
    if (found[start] !== -1) continue;
    const size = flood({ labels, found, queue, height, width }, start, segments);
    const neighbour = neighbourOf(found, start, width);
    if (size >= fewest || neighbour < 0) {
      segments += 1;
      continue;
    }
    for (let at = 0; at < size; at += 1) found[queue[at] as number] = neighbour;
  }
  return found;
}

/** The segment above the first pixel, or before it; what comes first in reading order has none. */
function neighbourOf(found: Int32Array, start: number, width: number): number {
  if (start % width > 0) return found[start - 1] as number;
  return start >= width ? (found[start - width] as number) : -1;
}

interface Flood {
  readonly labels: Int32Array;
  readonly found: Int32Array;
  readonly queue: Int32Array;
  readonly height: number;
  readonly width: number;
}

/** Numbers all pixels that hang together with the first; @returns how many, the front of `queue`. */
function flood({ labels, found, queue, height, width }: Flood, start: number, segment: number) {
  const label = labels[start];
  let size = 1;
  queue[0] = start;
  found[start] = segment;
  const visit = (pixel: number) => {
    if (found[pixel] !== -1 || labels[pixel] !== label) return;
    found[pixel] = segment;
    queue[size] = pixel;
    size += 1;
  };
  for (let at = 0; at < size; at += 1) {
    const pixel = queue[at] as number;
    const x = pixel % width;
    if (x > 0) visit(pixel - 1);
    if (x < width - 1) visit(pixel + 1);
    if (pixel >= width) visit(pixel - width);
    if (pixel < width * (height - 1)) visit(pixel + width);
  }
  return size;
}
