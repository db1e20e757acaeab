import type { EdgeDocument } from "../machine/document.ts";

/** A clip as the stage sees it: its edge, and where its pictures are. */
export interface Clip extends EdgeDocument {
  readonly url: string;
  readonly isLoop: boolean;
  /** As fast as browsers play at all. */
  readonly speed: number;
  /** The picture of the pose where the clip ends. */
  readonly still: string;
}

/** What a stage tells about the clip that was shown last. */
export interface Audience {
  /** It is over, or a loop has come round. */
  ended(clip: Clip): void;
  failed(clip: Clip, reason: string): void;
}

/** Where the mascot is seen. Whatever is asked, the old picture stays until the new one is there. */
export interface Stage {
  /** Play a clip from its start; `freeze` stops the old one where it is until then. */
  show(clip: Clip, freeze: boolean): void;
  /** Show the pose, unless a clip that is asked for is there before it; without one what is seen stays. */
  hold(still?: string): void;
  /** Make ready what is likely to be shown next. */
  warm(clip: Clip): void;
  /** Move, or stand still. */
  run(isOn: boolean): void;
}
