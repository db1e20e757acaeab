import "./frame.css";
import { type ReactNode, useContext } from "react";
import { type Route, writeRoute } from "./route.ts";
import { LeaveContext } from "./use-problem.ts";

const PLACES: { page: Exclude<Route["page"], "canvas">; name: string }[] = [
  { page: "mascots", name: "Mascots" },
  { page: "jobs", name: "Jobs" },
  { page: "credits", name: "Credits" },
  { page: "keys", name: "Keys" },
];

interface FrameProps {
  page: Route["page"];
  title: string;
  children: ReactNode;
}

/** What stands around every page but the canvas: where one is, and where else one may go. */
export function Frame({ page, title, children }: FrameProps) {
  const leave = useContext(LeaveContext);
  return (
    <>
      <title>{`${title} · Poseloom`}</title>
      <header className="masthead">
        <a href="#/" className="brand">
          Poseloom
        </a>
        <nav aria-label="Studio">
          {PLACES.map((place) => (
            <a
              key={place.page}
              href={writeRoute({ page: place.page })}
              aria-current={place.page === page ? "page" : undefined}
            >
              {place.name}
            </a>
          ))}
        </nav>
        <button type="button" className="quiet" onClick={leave}>
          Sign out
        </button>
      </header>
      <main className="leaf">
        <h1>{title}</h1>
        {children}
      </main>
    </>
  );
}
