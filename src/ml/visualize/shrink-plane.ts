/** One value for each pixel, row after row. */
export interface Plane {
  readonly height: number;
  readonly width: number;
  readonly values: ArrayLike<number>;
}

/** Means over square blocks, where a side has more than `largest` pixels. */
export function shrinkPlane(plane: Plane, largest: number): Plane {
  const block = Math.ceil(Math.max(plane.height, plane.width) / largest);
  if (block <= 1) return plane;
  const [height, width] = [Math.ceil(plane.height / block), Math.ceil(plane.width / block)];
  const sums = new Float64Array(height * width);
  const counts = new Float64Array(height * width);
  for (let pixel = 0; pixel < plane.height * plane.width; pixel += 1) {
    const row = Math.floor(Math.floor(pixel / plane.width) / block);
    const at = row * width + Math.floor((pixel % plane.width) / block);
    sums[at] = (sums[at] ?? 0) + (plane.values[pixel] ?? 0);
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return { height, width, values: sums.map((sum, at) => sum / (counts[at] ?? 1)) };
}
