/** A clip as the stage sees it. */
export interface Clip {
  /** The edge's id. */
  readonly id: string;
  readonly url: string;
  readonly isLoop: boolean;
  readonly seconds: number;
  readonly speed: number;
  /** The picture of the pose where the clip ends. */
  readonly still: string | null;
}

/** What a stage tells about the clip that was shown last. */
export interface Audience {
  ended(clip: Clip): void;
  cameRound(clip: Clip): void;
  failed(clip: Clip, reason: string): void;
}

/** Where the mascot is seen. Whatever is asked, the old picture stays until the new one is there. */
export interface Stage {
  /** Play a clip from its start; `freeze` stops the old one where it is until then. */
  show(clip: Clip, freeze: boolean): void;
  /** Show the pose, unless a clip that is asked for is there before it; `null` keeps what is seen. */
  hold(still: string | null): void;
  /** Make ready what is likely to be shown next. */
  warm(clip: Clip): void;
  pause(): void;
  resume(): void;
  dispose(): void;
}
