import { createElement, type HTMLAttributes, type Ref, useEffect, useRef } from "react";
import type { Manifest, MascotEvents, PoseloomMascot, Value } from "./index.ts";
import "./index.ts"; // defines the element

export type { Manifest, MascotEvents, PoseloomMascot };

type Listener<Name extends keyof MascotEvents> = (event: MascotEvents[Name]) => void;

type Said = "onError" | "onTransitionStart" | "onTransitionEnd";

export interface MascotProps extends Omit<HTMLAttributes<HTMLElement>, Said> {
  readonly src?: string;
  readonly manifest?: Manifest | null;
  /** Values of inputs; each is set when it changes. */
  readonly inputs?: Readonly<Record<string, Value>>;
  readonly ref?: Ref<PoseloomMascot>;
  readonly onReady?: Listener<"ready">;
  readonly onStateChange?: Listener<"statechange">;
  readonly onInputChange?: Listener<"inputchange">;
  readonly onTransitionStart?: Listener<"transitionstart">;
  readonly onTransitionEnd?: Listener<"transitionend">;
  readonly onError?: Listener<"error">;
}

/** `<poseloom-mascot>` with typed props and events. */
export function Mascot(props: MascotProps) {
  const { inputs, manifest, ref, onReady, onStateChange, onInputChange, onTransitionStart, onTransitionEnd } =
    props;
  const { onError, className, ...rest } = props;
  const own = useRef<PoseloomMascot>(null);
  useListener(own, "ready", onReady);
  useListener(own, "statechange", onStateChange);
  useListener(own, "inputchange", onInputChange);
  useListener(own, "transitionstart", onTransitionStart);
  useListener(own, "transitionend", onTransitionEnd);
  useListener(own, "error", onError);
  useEffect(() => {
    if (own.current && manifest !== undefined) own.current.manifest = manifest;
  }, [manifest]);
  useEffect(() => {
    const mascot = own.current;
    if (!mascot) return;
    const tell = () => {
      for (const [name, value] of Object.entries(inputs ?? {})) mascot.set(name, value);
    };
    tell();
    mascot.addEventListener("ready", tell);
    return () => mascot.removeEventListener("ready", tell);
  }, [inputs]);
  const attributes = Object.fromEntries(Object.entries(rest).filter(([name]) => !HANDLED.has(name)));
  return createElement("poseloom-mascot", {
    ...attributes,
    ...(className === undefined ? {} : { class: className }),
    ref: (mascot: PoseloomMascot | null) => {
      own.current = mascot;
      if (typeof ref === "function") ref(mascot);
      else if (ref) ref.current = mascot;
    },
  });
}

const HANDLED = new Set(
  "inputs manifest ref onReady onStateChange onInputChange onTransitionStart onTransitionEnd".split(" "),
);

function useListener<Name extends keyof MascotEvents>(
  mascot: { readonly current: PoseloomMascot | null },
  name: Name,
  listener: Listener<Name> | undefined,
): void {
  useEffect(() => {
    const target = mascot.current;
    if (!target || !listener) return;
    target.addEventListener(name, listener as unknown as EventListener);
    return () => target.removeEventListener(name, listener as unknown as EventListener);
  }, [mascot, name, listener]);
}
