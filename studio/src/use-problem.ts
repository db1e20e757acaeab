import { createContext, useCallback, useContext, useState } from "react";
import { Refusal, tell } from "./api.ts";

/** Ends the session of this tab. */
export const LeaveContext = createContext<() => void>(() => undefined);

/** What went wrong last, in words. A key that opens nothing any more ends the session. */
export function useProblem() {
  const leave = useContext(LeaveContext);
  const [problem, setProblem] = useState("");
  const fail = useCallback(
    (error: unknown) => {
      if (error instanceof Refusal && error.status === 401) leave();
      else setProblem(tell(error));
    },
    [leave],
  );
  const clear = useCallback(() => setProblem(""), []);
  return { problem, fail, clear };
}
