interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

const BEND_PX = 34;

/** Return the path of an edge between two boxes and the place of its label; to and fro bend apart. */
export function drawArc(from: Box, to: Box, isLoop: boolean): { path: string; x: number; y: number } {
  const [ax, ay] = [from.x + from.width / 2, from.y + from.height / 2];
  if (isLoop) {
    const top = from.y + 4;
    return {
      path: `M ${ax - 26} ${top} C ${ax - 70} ${top - 84}, ${ax + 70} ${top - 84}, ${ax + 26} ${top}`,
      x: ax,
      y: top - 62,
    };
  }
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

/** Return how far it is from the middle of a box to its border in a direction. */
function reach(box: Box, dx: number, dy: number): { x: number; y: number } {
  const share = Math.min(box.width / 2 / (Math.abs(dx) || 1e-6), box.height / 2 / (Math.abs(dy) || 1e-6), 1);
  return { x: dx * share, y: dy * share };
}
