import { answerError } from '../answer/answer-error.ts';
import { toReadableStream } from '../body/to-readable-stream.ts';
import type { ReadableStreamOptions } from '../body/to-readable-stream.ts';
import type { CallerAnswer } from '../call/caller.ts';
import { callerLeft, callerStalled } from '../errors/caller-left.ts';
import { ProxyError } from '../errors/proxy-error.ts';
import { openaiFace } from '../faces/openai/openai-face.ts';
import type { Handler } from '../http/handler.ts';
import type { HttpRelay, HttpReply, HttpStream } from '../http/reply.ts';
import type { HttpRequest } from '../http/request.ts';
import { belowMount } from '../mount/below-mount.ts';
import { toMountPrefix } from '../mount/mount-prefix.ts';
import { toRequestBody } from './request-body.ts';

/** What `fetch` takes, and what only the server that hands on a request can know of it. */
export interface FetchDoorInit extends RequestInit {
  /** The path of the mount, `/ai`: what lies outside of it is 404. By default the path of the request is taken as it is. */
  readonly prefix?: string;
  /** Path and query below the mount, where the server has worked them out by itself; `prefix` is then not looked at. */
  readonly target?: string;
  /**
   * Who is asking, or a function that tells. Where it is written, even as `undefined`, the application decides who gets in: a request of nobody is
   * refused with 401.
   */
  readonly caller?: CallerAnswer | (() => CallerAnswer | Promise<CallerAnswer>);
  /** Milliseconds of silence after which a stream shows a sign of life, for servers whose callers wait behind load balancers. By default it shows none. */
  readonly keepAlive?: number;
  /** Milliseconds after which a caller who takes nothing of a stream is given up, for servers whose callers may vanish. By default none is. */
  readonly writeTimeout?: number;
  /** Chooses what a body breaks with, for servers that take one kind of error for a cut connection; by default the error itself. */
  readonly breakWith?: (error: unknown) => unknown;
}

export type FetchDoor = (input: Request | string | URL, init?: FetchDoorInit) => Promise<Response>;

const nothingHere: HttpReply = {
  status: 404,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    error: { message: 'There is nothing at this path.', type: 'not_found_error', param: null, code: 'path_not_found' },
  }),
};

/** Carries out what a handler answers with a relay. */
export type CarryOut = (relay: HttpRelay, request: HttpRequest) => Promise<HttpReply>;

const noRelay: CarryOut = () => Promise.reject(new Error('this handler answered with a relay, and nothing was given to carry it out'));

/** Any handler for callers who speak `Request` and `Response`: the proxy, key administration, a metrics page. */
export function createFetchDoor(handle: Handler, carryOut: CarryOut = noRelay): FetchDoor {
  return async (input, init = {}) => {
    const { prefix, target: ownTarget, caller: _, keepAlive, writeTimeout, breakWith, ...rest } = init;
    // A request that stays as it is need not be made again: on Node that would cost more than most of its way through the proxy.
    const request = input instanceof Request && Object.keys(rest).length === 0 ? input : new Request(input, rest);
    const leaving = new AbortController();
    const onAbort = (): void => leaving.abort(callerLeft());
    if (request.signal.aborted) onAbort();
    else request.signal.addEventListener('abort', onAbort, { once: true });

    const target = ownTarget ?? targetOf(request, prefix);
    const carried = target === undefined ? nothingHere : await serve(toHttpRequest(request, target, leaving.signal, init));
    // What `fetch` does for a caller who left: SDKs tell his own abort from an error by it.
    if (request.signal.aborted) throw request.signal.reason;
    return toResponse(carried, request, (body) => ({
      onCancel: () => leaving.abort(callerLeft()),
      explain: (error): unknown => (request.signal.aborted ? request.signal.reason : breakWith ? breakWith(error) : error),
      keepAlive: keepAlive && body.keepAlive ? { sign: body.keepAlive, after: keepAlive } : undefined,
      patience: writeTimeout ? patienceOf(writeTimeout, leaving) : undefined,
    }));
  };

  async function serve(asked: HttpRequest): Promise<HttpReply> {
    try {
      const reply = (await handle(asked)) ?? nothingHere;
      return isRelay(reply.body) ? await carryOut(reply.body, asked) : reply;
    } catch (error) {
      // Other errors are the application's to answer.
      if (error instanceof ProxyError) return answerError(error, openaiFace);
      throw error;
    }
  }
}

function patienceOf(limit: number, leaving: AbortController): ReadableStreamOptions['patience'] {
  const reason = callerStalled(limit);
  return { limit, reason, onExpired: () => leaving.abort(reason) };
}

function targetOf({ url }: Request, prefix: string | undefined): string | undefined {
  const { pathname, search } = new URL(url);
  return belowMount(pathname + search, toMountPrefix(prefix));
}

function toHttpRequest(request: Request, target: string, signal: AbortSignal, init: FetchDoorInit): HttpRequest {
  const headers: Record<string, string> = Object.create(null) as Record<string, string>;
  request.headers.forEach((value, name) => {
    headers[name] = value;
  });
  return {
    method: request.method,
    target,
    headers,
    body: toRequestBody(request),
    signal,
    ...('caller' in init ? { caller: toQuestion(init.caller) } : {}),
    context: request,
  };
}

const toQuestion = (caller: FetchDoorInit['caller']): NonNullable<HttpRequest['caller']> =>
  typeof caller === 'function' ? caller : () => caller;

async function toResponse(reply: HttpReply, request: Request, optionsOf: (body: HttpStream) => ReadableStreamOptions): Promise<Response> {
  const headers = new Headers();
  for (const [name, value] of Object.entries(reply.headers)) {
    for (const one of typeof value === 'string' ? [value] : value) headers.append(name, one);
  }
  const { body, status } = reply;
  const isEmpty = request.method === 'HEAD' || status === 204 || status === 304;
  if (isStream(body)) {
    if (isEmpty) await readOut(body.chunks);
    return new Response(isEmpty ? null : toReadableStream(body.chunks, optionsOf(body)), { status, headers });
  }
  if (isEmpty || body === undefined || isRelay(body)) return new Response(null, { status, headers });
  return new Response(typeof body === 'string' ? body : Uint8Array.from(body), { status, headers });
}

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
