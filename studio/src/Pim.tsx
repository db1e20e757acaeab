import { useEffect, useState } from "react";
import celebrating from "./art/pim-celebrating.webp";
import idle from "./art/pim-idle.webp";
import sleeping from "./art/pim-sleeping.webp";
import thinking from "./art/pim-thinking.webp";
import waving from "./art/pim-waving.webp";

const POSES = { idle, waving, thinking, celebrating, sleeping };
const ANSWER_MS = 2200;

export type Mood = keyof typeof POSES;

/** The demo mascot on its small stage, in one of its poses. It is a picture, so it says nothing that words do not. */
export function Pim({ mood }: { mood: Mood }) {
  const [answer, setAnswer] = useState<Mood | null>(null);
  const wanted = answer ?? mood;
  const [shown, setShown] = useState(wanted);
  // Fetched when it is wanted first, and kept from then on.
  const [asked, setAsked] = useState([wanted]);
  if (!asked.includes(wanted)) setAsked([...asked, wanted]);
  const [loaded, setLoaded] = useState<Mood[]>([]);
  useEffect(() => {
    if (loaded.includes(wanted)) setShown(wanted);
  }, [loaded, wanted]);
  useEffect(() => {
    if (!answer) return;
    const timer = setTimeout(() => setAnswer(null), ANSWER_MS);
    return () => clearTimeout(timer);
  }, [answer]);
  return (
    <div
      className="pim"
      data-mood={shown}
      aria-hidden="true"
      onPointerEnter={() => setAnswer(mood === "idle" ? "waving" : null)}
      onPointerDown={() => setAnswer("celebrating")}
    >
      <div className="body">
        <div className="ground" />
        {asked.map((name) => (
          <img
            key={name}
            src={POSES[name]}
            alt=""
            draggable={false}
            onLoad={() => setLoaded((before) => [...before, name])}
            className={name === shown ? "shown" : ""}
          />
        ))}
      </div>
    </div>
  );
}
