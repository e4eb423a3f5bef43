import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';

/** A request as Node's servers give it. HTTP/2's compatibility object behaves as HTTP/1's does, but for the places that {@link http2Stream} marks. */
export type NodeRequest = IncomingMessage | Http2ServerRequest;

/** A response as Node's servers give it. */
export type NodeResponse = ServerResponse | Http2ServerResponse;

/** Goes on to the next middleware, or to the error handlers of the framework. */
export type NextFunction = (error?: unknown) => void;

/** The part of an HTTP/2 stream that differs from a socket. */
export interface Http2StreamLike {
  readonly destroyed: boolean;
  readonly endAfterHeaders?: boolean;
  write(chunk: string, callback: () => void): unknown;
  close(code: number): void;
}

/** The HTTP/2 stream below a compatibility object; nothing on HTTP/1. */
export function http2Stream(message: IncomingMessage | ServerResponse): Http2StreamLike | undefined {
  // Node's own types know these objects as unrelated to HTTP/1's; both have been let in as one by the mount.
  return 'stream' in message ? (message.stream as Http2StreamLike | undefined) : undefined;
}
