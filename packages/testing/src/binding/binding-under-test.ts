import type { CallerAnswer, ProxyOptions } from '@ai-proxy/core';

/** A framework's binding, as the contract asks for it. */
export interface BindingUnderTest {
  /** Which framework, in which set-up: `Express behind compression`. */
  readonly name: string;
  /**
   * Serves a proxy made of these options below a mount, with the {@link application} around it. It is asked once a behaviour, and one server is closed
   * before the next is asked for, so that a framework which starts slowly may keep one server and change the proxy in it.
   */
  start(options: ProxyOptions, wishes: MountWishes): Promise<BoundServer>;
  /** What this binding cannot do by its nature, each with the reason. Behaviours that need it are listed with `skip`; none by default. */
  readonly lacks?: Partial<Record<BindingAbility, string>>;
}

/** What is asked of the mount beside the options of the proxy. */
export interface MountWishes {
  /**
   * Where it is there, the option `caller` has to ask it, with a function that reads a header of the framework's own request:
   * `caller: (request: Request) => askCaller((name) => request.get(name))`.
   */
  readonly askCaller?: AskCaller;
}

/** Tells who is asking, by the headers of the request. */
export type AskCaller = (header: (name: string) => string | undefined) => CallerAnswer | Promise<CallerAnswer>;

/** A proxy that is being served. */
export interface BoundServer {
  /** The URL of the mount, without a slash at the end: `http://127.0.0.1:49152/ai`. */
  readonly url: string;
  /** A second mount of the same proxy in the same application. Needed unless `second-mount` is lacking. */
  readonly secondUrl?: string;
  /** Stands in for the network where the binding answers `Request` by `Response`, and no server is around it. */
  readonly fetch?: (request: Request) => Promise<Response>;
  /** Stops the server and closes the proxy without grace. */
  close(): Promise<void>;
}

/** What some bindings cannot do by their nature. */
export type BindingAbility =
  /** Callers reach it over sockets: what is framed, kept alive, pipelined or cut can be seen. Not where `fetch` stands in for the network. */
  | 'sockets'
  /** The path of a request arrives as the caller wrote it: dot segments, empty ones, either case of an escape. */
  | 'raw-path'
  /** Nothing reads a body before the proxy. Where something does, `bodyParserContract` asks what becomes of it. */
  | 'unread-bodies'
  /** The query of a request arrives as the caller wrote it. */
  | 'raw-query'
  /** Whole answers tell their length. */
  | 'content-length'
  /** A request line may hold a whole URL. */
  | 'absolute-form'
  /** Callers of HTTP/1.0 are shown that a stream broke: by a reset, since for them a closed connection ends an answer well. */
  | 'http-1.0'
  /** Comments are written into event streams that are silent. */
  | 'signs-of-life'
  /** Callers who take nothing of an answer are given up after a time. */
  | 'write-clock'
  /** Paths below the mount that are not the proxy's go on to the application. */
  | 'handing-on'
  /** The application has routes of its own beside the mount. */
  | 'application-routes'
  /** The application sets headers before the proxy answers. */
  | 'application-headers'
  /** The application answers for its own errors. */
  | 'application-errors'
  /** One proxy is mounted twice in one application. */
  | 'second-mount'
  /** Relays upgrades to WebSocket. */
  | 'websocket';
