import { Agent as HttpAgent, IncomingMessage, ServerResponse } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { ClientRequest } from 'node:http';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { createProxyMiddleware, proxyEventsPlugin } from 'http-proxy-middleware';
import type { Options, RequestHandler } from 'http-proxy-middleware';

/** One exchange that http-proxy-middleware carries out, and what it reports of it. */
export interface Carriage {
  readonly url: URL;
  /** Every header that goes up. */
  readonly headers: Record<string, string>;
  /** The body that goes up; WebSocket upgrades have none. */
  readonly source?: Readable;
  /** The request exists; for a WebSocket nothing has been sent of it yet, otherwise it has a socket. */
  sent(upstream: ClientRequest): void;
  answered(answer: IncomingMessage): void;
  /** May be called several times, and after an answer has begun. */
  failed(error: unknown): void;
}

/** http-proxy-middleware, told to carry exchanges and to decide nothing. */
export interface ProxyEngine {
  /** Starts an exchange; the result tears it down, in whatever phase it is. */
  request(method: string, carriage: Carriage): () => void;
  upgrade(req: IncomingMessage, socket: Socket, head: Buffer, carriage: Carriage): void;
}

/**
 * The middleware copies its request's headers and destroys its response when something breaks. So it gets a request of its own, which holds what
 * may go up and nothing else, and a response of its own, which leads nowhere: the caller's are never in its hands. Its default plugins
 * write error texts into bodies that have begun, and stay out.
 */
export function createProxyEngine(): ProxyEngine {
  const carriages = new WeakMap<IncomingMessage, Carriage>();
  const agents = {
    'http:': new HttpAgent({ keepAlive: true, maxFreeSockets: 64 }),
    'https:': new HttpsAgent({ keepAlive: true, maxFreeSockets: 64 }),
  };
  const isSecure = (url: URL): boolean => url.protocol === 'https:' || url.protocol === 'wss:';

  const middleware: RequestHandler = createProxyMiddleware({
    router(req, res, options) {
      const carriage = carriages.get(req);
      if (carriage === undefined) throw new Error('A request without a carriage reached the relay');
      const { url, source } = carriage;
      if (source !== undefined) options.buffer = source;
      // An upgrade gets a connection of its own, which is what no agent means.
      if (res !== undefined) options.agent = agents[isSecure(url) ? 'https:' : 'http:'];
      return toTarget(url, isSecure(url));
    },
    // The target's path is the whole path; nothing of the request's own is appended.
    ignorePath: true,
    changeOrigin: true,
    xfwd: false,
    followRedirects: false,
    selfHandleResponse: true,
    ejectPlugins: true,
    plugins: [proxyEventsPlugin],
    on: {
      proxyReq: (upstream, req) => carriages.get(req)?.sent(upstream),
      proxyReqWs: (upstream, req) => carriages.get(req)?.sent(upstream),
      proxyRes: (answer, req) => carriages.get(req)?.answered(answer),
      error: (error, req) => carriages.get(req)?.failed(error),
      econnreset: (error, req) => carriages.get(req)?.failed(error),
    },
  } satisfies Options);

  return {
    request(method, carriage) {
      const req = standIn(new Socket(), method, carriage);
      const res = new ServerResponse(req);
      carriages.set(req, carriage);
      // What fails before there is an upstream request is told to the next middleware alone.
      void middleware(req, res, (error) => carriage.failed(error ?? new Error('The relay did not accept its request')));
      return () => res.emit('close');
    },
    upgrade(req, socket, head, carriage) {
      const own = standIn(req.socket, 'GET', carriage);
      carriages.set(own, carriage);
      middleware.upgrade(own, socket, head);
    },
  };
}

/** An engine that is made at its first use: mounting opens nothing. */
export function lazyProxyEngine(): () => ProxyEngine {
  let engine: ProxyEngine | undefined;
  return () => (engine ??= createProxyEngine());
}

function standIn(socket: Socket, method: string, carriage: Carriage): IncomingMessage {
  const req = new IncomingMessage(socket);
  req.method = method;
  req.url = '/';
  req.httpVersion = '1.1';
  req.httpVersionMajor = 1;
  req.httpVersionMinor = 1;
  req.headers = carriage.headers;
  return req;
}

/** The address in the parts that the middleware uses: from a URL it would lose the query where the host is a literal IPv6 address. */
function toTarget(url: URL, secure: boolean): NonNullable<Options['target']> {
  const hostname = url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname;
  return {
    protocol: secure ? 'https:' : 'http:',
    host: url.host,
    hostname,
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    pathname: url.pathname + url.search,
  };
}
