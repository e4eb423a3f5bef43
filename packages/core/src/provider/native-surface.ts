import type { Usage } from '../receipt/usage.ts';
import type { ProxyError } from '../errors/proxy-error.ts';
import type { Frame, Framing } from '../framing/frame.ts';
import type { JsonObject } from '../json/json.ts';

/** A provider's own API, as far as it is let through. What no rule names is not there. */
export interface NativeSurface {
  readonly routes: readonly NativeRoute[];
  /** The leading segment that callers may leave out, without slashes: `v1`. */
  readonly optionalPrefix?: string;
  /** Groups of `closed` routes that the operator has opened. */
  readonly open?: readonly string[];
  /** Reads whole answers for what they consumed; `request` is what was asked, as far as somebody has read it. */
  readUsage(operation: string, body: unknown, request?: JsonObject): Usage | undefined;
  /** What a request of a route that consumes `other` units will consume as far as it tells by itself: characters to speak, pages to read. */
  estimateUsage?(operation: string, request: JsonObject): Usage | undefined;
  /** Which model answered, for requests that name none: an agent's, a form's. By default the answer's own `model`. */
  readModel?(operation: string, body: unknown): string | undefined;
  /**
   * Finds the results of a batch in what a relay brings down: in a job, or in a line of a file. Each has an id, by which it is accounted only once however
   * often it is fetched.
   */
  readBatchResults?(body: unknown): readonly BatchResult[];
  /** Finds the report of a failure in a whole answer that says it is well; by default a watcher is asked, for whom the body is parsed again. */
  readFailure?(body: unknown): NativeSight['failure'];
  /** Reads a stream as it passes; one watcher a stream. `request` is what was asked, as far as somebody has read it. */
  createWatcher(operation: string, request?: JsonObject): NativeWatcher;
  /** An error of the proxy's own in the provider's dialect: the body of a JSON answer. */
  errorBody(error: ProxyError): JsonObject;
  /** The same inside a stream that has begun: the text of a whole frame. */
  errorFrame(error: ProxyError, framing: Framing): string;
}

export interface NativeRoute {
  readonly methods: readonly string[];
  /** Path below the base URL, in segments: `/v1/files/:id/content`. `:name` stands for one segment, a last `*` for any rest. */
  readonly path: string;
  /** The receipt's word for it: `chat`, `ocr`, `files`, … */
  readonly operation: string;
  /** `inference`: JSON in, JSON or a stream out, through every stage. `relay`: opaque bytes. */
  readonly kind: 'inference' | 'relay';
  /** Names the group that must be opened first; absent where the route is open. */
  readonly closed?: string;
  /** How streams of this route are framed. */
  readonly framing?: Framing;
  /** Whether it streams where the request says nothing of `stream`. */
  readonly streamsByDefault?: boolean;
  /** What its calls consume. By default `tokens` where it is inference, and `nothing` where it is a relay. */
  readonly consumes?: Consumption;
}

/** What one call of a batch came to. */
export interface BatchResult {
  readonly id: string;
  readonly usage: Usage | undefined;
}

/**
 * `tokens` are estimated where the provider does not come to state them, `other` units (pages, characters, seconds) only as far as the request tells them.
 * A relay that consumes anything is watched for what its answer states.
 */
export type Consumption = 'tokens' | 'other' | 'nothing';

export function consumptionOf({ kind, consumes }: NativeRoute): Consumption {
  return consumes ?? (kind === 'inference' ? 'tokens' : 'nothing');
}

/** Watches a native stream. It sees every frame and changes none. */
export interface NativeWatcher {
  see(frame: Frame): NativeSight;
  /** Whether the mark of the end has come: what follows does not count, and the caller need not wait for it. */
  isDone(): boolean;
  /** Whether the stream is whole if its body ends here; some servers end without their mark. */
  isComplete(): boolean;
  /** How many bytes of text the model has said so far, in UTF-8: what a stream is accounted by that breaks off before its usage comes. */
  outputBytes?(): number;
}

export interface NativeSight {
  /** The frame holds output: from here on no other target can take over. */
  readonly commits?: boolean;
  readonly usage?: Usage;
  /** Which model answers, where the frame says so. */
  readonly model?: string;
  /** The frame reports a failure; the text is the provider's. */
  readonly failure?: { readonly message: string; readonly body: unknown };
}
