import { toReadableStream } from '../body/to-readable-stream.ts';
import type { Handler } from '../http/handler.ts';
import type { HttpRelay, HttpReply, HttpStream } from '../http/reply.ts';
import type { HttpRequest } from '../http/request.ts';
import { ProxyError } from '../errors/proxy-error.ts';
import { relayByTransport } from '../relay/relay-by-transport.ts';
import type { Transport } from '../transport/transport.ts';

export type FetchDoor = (input: Request | string | URL, init?: RequestInit) => Promise<Response>;

/** The proxy for callers who speak `Request` and `Response`. */
export function createFetchDoor(handle: Handler, transport: Transport): FetchDoor {
  return async (input, init) => {
    const request = new Request(input, init);
    const leaving = new AbortController();
    const onAbort = (): void => leaving.abort(callerLeft());
    if (request.signal.aborted) onAbort();
    else request.signal.addEventListener('abort', onAbort, { once: true });

    const asked = toHttpRequest(request, leaving.signal);
    const reply = await handle(asked);
    if (!reply) return Response.json({ error: { message: 'There is nothing at this path.', type: 'not_found_error', param: null, code: 'path_not_found' } }, { status: 404 });
    const carried = isRelay(reply.body) ? await relayByTransport(reply.body, asked, transport) : reply;
    return toResponse(carried, request.method, leaving);
  };
}

function toHttpRequest(request: Request, signal: AbortSignal): HttpRequest {
  const { pathname, search } = new URL(request.url);
  const headers: Record<string, string> = Object.create(null);
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

function toResponse(reply: HttpReply, method: string, leaving: AbortController): Response {
  const headers = new Headers();
  for (const [name, value] of Object.entries(reply.headers)) {
    for (const one of typeof value === 'string' ? [value] : value) headers.append(name, one);
  }
  const { body, status } = reply;
  const isEmpty = method === 'HEAD' || status === 204 || status === 304;
  if (isStream(body)) return new Response(isEmpty ? null : toReadableStream(body.chunks, () => leaving.abort(callerLeft())), { status, headers });
  if (isEmpty || body === undefined || isRelay(body)) return new Response(null, { status, headers });
  return new Response(typeof body === 'string' ? body : Uint8Array.from(body), { status, headers });
}

const isStream = (body: HttpReply['body']): body is HttpStream => typeof body === 'object' && 'kind' in body && body.kind === 'stream';
const isRelay = (body: HttpReply['body']): body is HttpRelay => typeof body === 'object' && 'kind' in body && body.kind === 'relay';

const callerLeft = (): ProxyError => new ProxyError('The caller left.', { status: 499, code: 'caller_left', source: 'caller' });
