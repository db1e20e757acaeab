export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Arc {
  path: string;
  /** Where its label stands. */
  x: number;
  y: number;
}

const BEND_PX = 34;
const LOOP_PX = 46;
const STUB_PX = 44;
const STUB_APART_PX = 30;

/** The corners of a node, as directions; the first is liked best. */
const CORNERS = [
  { x: 1, y: -1 },
  { x: -1, y: -1 },
  { x: 1, y: 1 },
  { x: -1, y: 1 },
] as const;
export type Corner = (typeof CORNERS)[number];

/** Return the path of an edge between two boxes; to and fro bend apart. */
export function drawArc(from: Box, to: Box): Arc {
  const [ax, ay] = [from.x + from.width / 2, from.y + from.height / 2];
  const [bx, by] = [to.x + to.width / 2, to.y + to.height / 2];
  const length = Math.hypot(bx - ax, by - ay) || 1;
  const [ux, uy] = [(bx - ax) / length, (by - ay) / length];
  const [mx, my] = [(ax + bx) / 2 - uy * BEND_PX, (ay + by) / 2 + ux * BEND_PX];
  const out = reach(from, mx - ax, my - ay);
  const into = reach(to, mx - bx, my - by);
  return {
    path: `M ${ax + out.x} ${ay + out.y} Q ${mx} ${my} ${bx + into.x} ${by + into.y}`,
    x: (ax + out.x + bx + into.x) / 4 + mx / 2,
    y: (ay + out.y + by + into.y) / 4 + my / 2,
  };
}

/** Return the path of a loop around a corner of a box. */
export function drawLoop(box: Box, corner: Corner): Arc {
  const x = box.x + (corner.x > 0 ? box.width : 0);
  const y = box.y + (corner.y > 0 ? box.height : 0);
  const start = { x: x - corner.x * LOOP_PX, y };
  const end = { x, y: y - corner.y * LOOP_PX };
  const [far, near] = [LOOP_PX * 1.6, LOOP_PX * 0.2];
  return {
    path:
      `M ${start.x} ${start.y} C ${x - corner.x * near} ${y + corner.y * far}, ` +
      `${x + corner.x * far} ${y - corner.y * near}, ${end.x} ${end.y}`,
    // The middle of the curve.
    x: x + (corner.x * (3 * far - 3 * near - LOOP_PX)) / 8,
    y: y + (corner.y * (3 * far - 3 * near - LOOP_PX)) / 8,
  };
}

/** Return the short way in from anywhere: the index tells apart those that lead to one box. */
export function drawStub(box: Box, index: number): Arc {
  const y = box.y + 26 + index * STUB_APART_PX;
  return { path: `M ${box.x - STUB_PX} ${y} L ${box.x} ${y}`, x: box.x - STUB_PX, y };
}

/** Return the corner of a node that is furthest from the ways to its neighbours. */
export function chooseCorner(
  node: { x: number; y: number },
  others: readonly { x: number; y: number }[],
): Corner {
  let best: Corner = CORNERS[0];
  let most = -1;
  for (const corner of CORNERS) {
    const own = Math.atan2(corner.y, corner.x);
    const least = Math.min(
      Math.PI,
      ...others.map((other) => part(own, Math.atan2(other.y - node.y, other.x - node.x))),
    );
    if (least > most + 1e-9) [best, most] = [corner, least];
  }
  return best;
}

/** Return how far two directions are apart, 0..π. */
function part(first: number, second: number): number {
  const apart = Math.abs(first - second) % (2 * Math.PI);
  return Math.min(apart, 2 * Math.PI - apart);
}

/** Return how far it is from the middle of a box to its border in a direction. */
function reach(box: Box, dx: number, dy: number): { x: number; y: number } {
  const share = Math.min(box.width / 2 / (Math.abs(dx) || 1e-6), box.height / 2 / (Math.abs(dy) || 1e-6), 1);
  return { x: dx * share, y: dy * share };
}
