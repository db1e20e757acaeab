import { useSyncExternalStore } from "react";

/** Where in the Studio one is; it stands behind the # of the address, so that reload, Back and links work. */
export type Route =
  | { page: "mascots" | "jobs" | "credits" | "keys" }
  | { page: "canvas"; collectionId: string; canvasId: string };

const PAGES = ["jobs", "credits", "keys"] as const;
const CANVAS = /^\/mascots\/([^/]+)\/([^/]+)$/;

/** Read what stands behind the #; whatever else it may be is the shelf. */
export function readRoute(hash: string): Route {
  const path = hash.replace(/^#/, "").replace(/\/$/, "");
  const page = PAGES.find((name) => path === `/${name}`);
  if (page) return { page };
  const [, collectionId, canvasId] = CANVAS.exec(path) ?? [];
  if (collectionId && canvasId) return { page: "canvas", collectionId, canvasId };
  return { page: "mascots" };
}

export function writeRoute(route: Route): string {
  if (route.page === "canvas") return `#/mascots/${route.collectionId}/${route.canvasId}`;
  return route.page === "mascots" ? "#/" : `#/${route.page}`;
}

/** Go elsewhere; Back comes back. */
export function go(route: Route): void {
  location.hash = writeRoute(route);
}

export function useRoute(): Route {
  return readRoute(useSyncExternalStore(hearHash, () => location.hash));
}

function hearHash(tell: () => void): () => void {
  const hear = () => {
    leaveField();
    tell();
  };
  addEventListener("hashchange", hear);
  return () => removeEventListener("hashchange", hear);
}

/** Leave the field that is written in: what it holds counts when it is left, and a page that goes leaves nothing. */
export function leaveField(): void {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
}
