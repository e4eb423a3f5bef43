/** One event of an event stream, or one line of NDJSON. */
export interface Frame {
  /** `event` carries data; `error` is the field named `error` that old llama-server builds write in place of `data`. */
  readonly kind: 'event' | 'error';
  /** The event's name; always absent in NDJSON. */
  readonly event?: string;
  readonly data: string;
}

/** What a reader took from one network chunk: the whole frames in it, and exactly the bytes they were made of. */
export interface FrameBatch {
  readonly frames: readonly Frame[];
  /** Ends at a frame's boundary; comments are in here too, so that forwarding these bytes forwards everything. */
  readonly bytes: Uint8Array;
}

/** Cuts a body into frames. It keeps at most one unfinished frame, up to its bound. */
export interface FrameReader {
  /** Takes the next network chunk; gives what became whole with it, or nothing. Throws when one frame outgrows the bound. */
  push(chunk: Uint8Array): FrameBatch | undefined;
  /**
   * The body ended. Gives a last frame whose end mark was missing, where its data is whole (JSON or `[DONE]`);
   * `dangling` says that bytes were left which are no frame.
   */
  end(): { readonly batch?: FrameBatch; readonly dangling: boolean };
}

export type Framing = 'sse' | 'ndjson';
