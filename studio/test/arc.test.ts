import { expect, test } from "vitest";
import { chooseCorner, drawArc, drawLoop, drawStub } from "../src/arc.ts";

const BOX = { x: 0, y: 0, width: 100, height: 100 };

test("a loop stands at the corner that is furthest from other ways", () => {
  const here = { x: 0, y: 0 };
  expect(chooseCorner(here, [])).toEqual({ x: 1, y: -1 });
  expect(chooseCorner(here, [{ x: 5, y: -5 }])).toEqual({ x: -1, y: 1 });
  expect(
    chooseCorner(here, [
      { x: 5, y: -5 },
      { x: -5, y: 5 },
      { x: -5, y: -4 },
    ]),
  ).toEqual({ x: 1, y: 1 });
});

test("the label of a loop stands on its curve, outside the box", () => {
  const loop = drawLoop(BOX, { x: 1, y: 1 });
  expect(loop.x).toBeGreaterThan(110);
  expect(loop.y).toBeGreaterThan(110);
});

test("to and fro bend apart", () => {
  const there = { ...BOX, x: 400 };
  expect(drawArc(BOX, there).y).not.toBeCloseTo(drawArc(there, BOX).y);
});

test("ways in from anywhere lie below one another and end at the box", () => {
  const [first, second] = [drawStub(BOX, 0), drawStub(BOX, 1)];
  expect(second.y).toBeGreaterThan(first.y + 20);
  expect(first.path).toMatch(/L 0 \d+$/);
});
