/** What a caller asks. */
export interface CallerRequest {
  /** Below the mount, with its query. */
  readonly path: string;
  /** Default `GET`, or `POST` where there is a body. */
  readonly method?: string;
  /** By lower-case name. `content-type: application/json` is there by default where there is a body. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** The beginning of an answer. */
export interface AnswerHead {
  readonly status: number;
  /** By lower-case name; several of one name joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** Lower-case names and values, in order. */
  readonly headerLines: readonly (readonly [name: string, value: string])[];
}

/** An answer that is over. */
export interface SeenAnswer extends AnswerHead {
  readonly body: Uint8Array;
  readonly text: string;
  /** `complete` by its own framing; `cut` before that; `left` because the caller went. */
  readonly ending: 'complete' | 'cut' | 'left';
}

/** A call under way. */
export interface OpenCall {
  readonly request: CallerRequest;
  /** Settles when the headers have come; rejects where none came. */
  readonly head: Promise<AnswerHead>;
  /** Settles when the answer is over, however; what came until then is in it. */
  readonly answer: Promise<SeenAnswer>;
  /** What has come of the answer until now; status 0 before its headers. */
  state(): AnswerHead & { readonly ending: SeenAnswer['ending'] | 'not yet' };
  /** The body so far, as text. */
  text(): string;
  /** Settles when this has come as a part of the body; rejects where the answer ended without it. */
  received(part: string): Promise<void>;
  /** Goes away: by closing, or by a reset where there is a connection. */
  leave(how?: 'close' | 'reset'): void;
  /** Reads no more until {@link OpenCall.resume}. */
  pause(): void;
  resume(): void;
}
