import type { CallerAnswer } from '../call/caller.ts';
import type { HttpHeaders } from './headers.ts';

/** What a binding hands in: one HTTP request, free of any framework. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query relative to the mount, exactly as they came over the wire. */
  readonly target: string;
  readonly headers: HttpHeaders;
  readonly body: HttpRequestBody;
  /** Aborts when the caller leaves, or when the binding gives the caller up; the reason says which. */
  readonly signal: AbortSignal;
  /** True where the binding can carry out an {@link HttpRelay} by itself. */
  readonly canRelay?: boolean;
  /**
   * Asks the application who is calling. Where it is there, the application decides who gets in: a request of nobody is refused, unless a policy of the
   * `identify` stage knows better.
   */
  readonly caller?: () => CallerAnswer | Promise<CallerAnswer>;
  /** The framework's own request, for hooks of the application. */
  readonly context?: unknown;
}

/** A request body, in whatever state the application left it. */
export type HttpRequestBody =
  | { readonly kind: 'none' }
  | { readonly kind: 'stream'; readonly stream: AsyncIterable<Uint8Array> }
  /** Read by a parser and kept as bytes, already inflated. */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** Read by a JSON parser. */
  | { readonly kind: 'value'; readonly value: unknown }
  /** Read by something that kept nothing of it. */
  | { readonly kind: 'consumed' };
