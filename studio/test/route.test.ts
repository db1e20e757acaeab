import { expect, test } from "vitest";
import { type Route, readRoute, writeRoute } from "../src/route.ts";

test("every place has an address that leads back to it", () => {
  const places: Route[] = [
    { page: "mascots" },
    { page: "jobs" },
    { page: "credits" },
    { page: "keys" },
    { page: "canvas", collectionId: "col_1", canvasId: "cnv_2" },
  ];
  for (const place of places) expect(readRoute(writeRoute(place))).toEqual(place);
});

test("an address that means nothing is the shelf", () => {
  for (const hash of ["", "#", "#/", "#/nowhere", "#/mascots/col_1", "#link=abc", "#/jobs/1"])
    expect(readRoute(hash)).toEqual({ page: "mascots" });
});
