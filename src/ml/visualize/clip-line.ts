export interface LinePoint {
  readonly x: number;
  readonly y: number;
}

export interface Corner {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/**
 * The pieces of a line that lie within a rectangle.
 *
 * @see Liang and Barsky 1984, A New Concept and Method for Line Clipping
 */
export function clipLine(
  line: readonly LinePoint[],
  corner: Corner,
): readonly (readonly LinePoint[])[] {
  const pieces: LinePoint[][] = [];
  line.slice(1).forEach((to, at) => {
    const from = line[at] as LinePoint;
    const kept = clipSegment(from, to, corner);
    if (!kept) return;
    const [start, end] = kept;
    const last = pieces.at(-1);
    const before = last?.at(-1);
    if (last && before?.x === start.x && before.y === start.y) last.push(end);
    else pieces.push([start, end]);
  });
  return pieces;
}

function clipSegment(
  from: LinePoint,
  to: LinePoint,
  { x, y }: Corner,
): readonly [LinePoint, LinePoint] | null {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  let [enter, leave] = [0, 1];
  const bounds = [
    [-dx, from.x - x[0]],
    [dx, x[1] - from.x],
    [-dy, from.y - y[0]],
    [dy, y[1] - from.y],
  ] as const;
  for (const [step, room] of bounds) {
    if (step === 0 && room < 0) return null;
    if (step < 0) enter = Math.max(enter, room / step);
    if (step > 0) leave = Math.min(leave, room / step);
  }
  if (enter > leave) return null;
  const placeAt = (share: number): LinePoint => {
    if (share === 0) return from;
    return share === 1 ? to : { x: from.x + share * dx, y: from.y + share * dy };
  };
  return [placeAt(enter), placeAt(leave)];
}
