import "./sign-in.css";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Client, Refusal, tell } from "./api.ts";
import { type Mood, Pim } from "./Pim.tsx";
import { askForLink, maySignInByLink, type Session, spendToken } from "./session.ts";

interface SignInProps {
  /** Of the link that was opened, if one was. */
  token: string | null;
  onEnter: (session: Session) => void;
}

/** The first thing anyone sees: the mascot, and how to come in. */
export function SignIn({ token, onEnter }: SignInProps) {
  const [mood, setMood] = useState<Mood>(token ? "thinking" : "idle");
  const [isBusy, setBusy] = useState(token !== null);
  const [problem, setProblem] = useState("");
  const [news, setNews] = useState("");
  const [isSpent, setSpent] = useState(false);
  const sent = useRef<string | null>(null);

  useEffect(() => {
    // A token works once, an effect may run twice.
    if (!token || sent.current === token) return;
    sent.current = token;
    setBusy(true);
    setMood("thinking");
    setProblem("");
    setNews("");
    spendToken(token).then(onEnter, (error) => {
      setProblem(tell(error));
      setSpent(error instanceof Refusal && error.code === "link_spent");
      setMood("sleeping");
      setBusy(false);
    });
  }, [token, onEnter]);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const key = String(new FormData(event.currentTarget).get("key")).trim();
    setBusy(true);
    setMood("thinking");
    try {
      await new Client(key).get("/v1/workspace");
      onEnter({ key, keyId: null });
    } catch (error) {
      setProblem(tell(error));
      setNews("");
      setMood(error instanceof Refusal ? "thinking" : "sleeping");
      setBusy(false);
    }
  };
  const ask = async () => {
    try {
      await askForLink();
      setProblem("");
      setNews("A new link stands in the terminal where the server runs. Open it, and you are in.");
      setSpent(false);
      setMood("waving");
    } catch (error) {
      setProblem(tell(error));
      setNews("");
    }
  };
  return (
    <main className="welcome">
      <Pim mood={mood} />
      <div className="words">
        <h1>Poseloom</h1>
        <p className="lead">A few poses, joined into a living mascot.</p>
        <p role="alert" className="told">
          {problem}
        </p>
        <p role="status" className="told">
          {isBusy ? "Signing you in …" : news}
        </p>
        {isSpent && (
          <button type="button" className="main wide" onClick={ask}>
            Show a new link in the terminal
          </button>
        )}
        <form onSubmit={submit} className="stack" hidden={isBusy && token !== null}>
          <label>
            API key
            <input
              name="key"
              type="password"
              required
              autoComplete="off"
              spellCheck={false}
              placeholder="masko_…"
            />
          </label>
          <button type="submit" className={isSpent ? "" : "main"} disabled={isBusy}>
            Sign in
          </button>
          <p className="hint">
            <code>poseloom serve</code> shows a key once; <code>poseloom key create</code> makes another.
          </p>
        </form>
        {maySignInByLink() && !isSpent && (
          <div className="other" hidden={isBusy && token !== null}>
            <p className="hint">No key at hand? A link signs you in, once.</p>
            <button type="button" onClick={ask}>
              Show a link in the terminal
            </button>
          </div>
        )}
      </div>
    </main>
  );
}
