import { toReadableStream } from '../body/to-readable-stream.ts';
import type { ReadableStreamOptions } from '../body/to-readable-stream.ts';
import type { Handler } from '../http/handler.ts';
import type { HttpRelay, HttpReply, HttpStream } from '../http/reply.ts';
import type { HttpRequest } from '../http/request.ts';
import { callerLeft } from '../errors/caller-left.ts';
import { relayByTransport } from '../relay/relay-by-transport.ts';
import type { Transport } from '../transport/transport.ts';

export type FetchDoor = (input: Request | string | URL, init?: RequestInit) => Promise<Response>;

const nothingHere: HttpReply = {
  status: 404,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    error: { message: 'There is nothing at this path.', type: 'not_found_error', param: null, code: 'path_not_found' },
  }),
};

/** The proxy for callers who speak `Request` and `Response`. */
export function createFetchDoor(handle: Handler, transport: Transport): FetchDoor {
  return async (input, init) => {
    const request = new Request(input, init);
    const leaving = new AbortController();
    const onAbort = (): void => leaving.abort(callerLeft());
    if (request.signal.aborted) onAbort();
    else request.signal.addEventListener('abort', onAbort, { once: true });

    const asked = toHttpRequest(request, leaving.signal);
    const reply = (await handle(asked)) ?? nothingHere;
    const carried = isRelay(reply.body) ? await relayByTransport(reply.body, asked, transport) : reply;
    // What `fetch` does for a caller who left: SDKs tell his own abort from an error by it.
    if (request.signal.aborted) throw request.signal.reason;
    return toResponse(carried, request, leaving);
  };
}

function toHttpRequest(request: Request, signal: AbortSignal): HttpRequest {
  const { pathname, search } = new URL(request.url);
  const headers: Record<string, string> = Object.create(null) as Record<string, string>;
  request.headers.forEach((value, name) => {
    headers[name] = value;
  });
  return {
    method: request.method,
    target: pathname + search,
    headers,
    body: request.bodyUsed
      ? { kind: 'consumed' }
      : request.body
        ? { kind: 'stream', stream: request.body as unknown as AsyncIterable<Uint8Array> }
        : { kind: 'none' },
    signal,
    context: request,
  };
}

async function toResponse(reply: HttpReply, request: Request, leaving: AbortController): Promise<Response> {
  const headers = new Headers();
  for (const [name, value] of Object.entries(reply.headers)) {
    for (const one of typeof value === 'string' ? [value] : value) headers.append(name, one);
  }
  const { body, status } = reply;
  const isEmpty = request.method === 'HEAD' || status === 204 || status === 304;
  if (isStream(body)) {
    if (isEmpty) await readOut(body.chunks);
    return new Response(isEmpty ? null : toReadableStream(body.chunks, streamOptions(request, leaving)), { status, headers });
  }
  if (isEmpty || body === undefined || isRelay(body)) return new Response(null, { status, headers });
  return new Response(typeof body === 'string' ? body : Uint8Array.from(body), { status, headers });
}

const streamOptions = ({ signal }: Request, leaving: AbortController): ReadableStreamOptions => ({
  onCancel: () => leaving.abort(callerLeft()),
  explain: (error): unknown => (signal.aborted ? signal.reason : error),
});

/** An answer that has no body for its caller still has an end to come to. */
async function readOut(chunks: AsyncIterable<unknown>): Promise<void> {
  try {
    for await (const chunk of chunks) void chunk;
  } catch {
    // Its receipt has the reason; the headers, all that there is of this answer, are whole.
  }
}

const isStream = (body: HttpReply['body']): body is HttpStream => typeof body === 'object' && 'kind' in body && body.kind === 'stream';
const isRelay = (body: HttpReply['body']): body is HttpRelay => typeof body === 'object' && 'kind' in body && body.kind === 'relay';
