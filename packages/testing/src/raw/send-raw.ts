import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { createMessageReader } from './message-reader.ts';

/**
 * Where a raw caller goes away: once connected, when half of its body is sent, when the whole request is, when the answer's head has come, after
 * so many body bytes, or when a promise settles.
 */
export type LeaveAt = 'connected' | 'mid-upload' | 'request-sent' | 'headers' | { readonly bodyBytes: number } | PromiseLike<unknown>;

export interface RawRequestOptions {
  readonly port: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default `GET`, or `POST` where there is a body. */
  readonly method?: string;
  readonly path?: string;
  /** Added to `host`, `connection: close` and `content-length`, each of which can be replaced. A list keeps order, spelling and repetition. */
  readonly headers?: Readonly<Record<string, string>> | readonly (readonly [string, string])[];
  readonly body?: string | Uint8Array;
  /** Exactly these bytes are sent in place of a request made from the other options. */
  readonly raw?: string | Uint8Array;
  /** After so long without an end the verdict is `hung`. Default 10 000. */
  readonly timeoutMs?: number;
  readonly leave?: LeaveAt;
  /** How it goes away: by FIN and close (default), or by RST. */
  readonly leaveBy?: 'close' | 'reset';
  /** Reads at most so many bytes at a time, so long apart. */
  readonly slow?: { readonly bytes: number; readonly everyMs: number };
  /** Stops reading after so many bytes until the promise settles. */
  readonly pause?: { readonly afterBytes: number; readonly until: PromiseLike<unknown> };
  /** Keeps the connection so long after a complete answer, to see what else comes. Default 0. */
  readonly lingerMs?: number;
  /** Sees each piece that comes, as it was on the wire. */
  readonly onBytes?: (bytes: Uint8Array) => void;
}

/** What a raw caller saw. */
export interface RawVerdict {
  /** 0 where no head came. */
  readonly status: number;
  /** By lower-case name; several of one name joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly rawHeaders: readonly (readonly [string, string])[];
  /** Without the chunked coding. */
  readonly body: Uint8Array;
  /** `body` as text. */
  readonly text: string;
  /** `complete` by its framing; `cut` before that; `hung` at the time limit; `left` because the caller went. */
  readonly ending: 'complete' | 'cut' | 'hung' | 'left';
  /** Bytes that came after a complete answer. */
  readonly extra: Uint8Array;
  readonly bytesRead: number;
}

/** Sends one request over a socket and judges the answer by nothing but its bytes. Never rejects. */
export async function sendRaw(options: RawRequestOptions): Promise<RawVerdict> {
  const method = options.method ?? (options.body === undefined ? 'GET' : 'POST');
  const reader = createMessageReader(method === 'HEAD' ? 'head-only' : 'response');
  const { promise, resolve } = Promise.withResolvers<RawVerdict['ending']>();
  const chunk = new Uint8Array(Math.max(options.slow?.bytes ?? 64 * 1024, 1));
  let bytesRead = 0;
  let paused = false;

  const onread = (count: number, buffer: Uint8Array): boolean => {
    const bytes = Uint8Array.from(buffer.subarray(0, count));
    bytesRead += count;
    options.onBytes?.(bytes);
    const state = reader.push(bytes);
    if (state.phase === 'complete') setTimeout(() => resolve('complete'), options.lingerMs ?? 0);
    if (state.phase === 'malformed') resolve('cut');
    if (state.start !== '' && state.phase !== 'head' && hasLeft(options.leave, state.bodyLength)) goAway();
    return keepReading();
  };

  const socket: Socket = connect({
    port: options.port,
    host: options.host ?? '127.0.0.1',
    noDelay: true,
    onread: { buffer: chunk, callback: onread },
  });

  const goAway = (): void => {
    resolve('left');
    if (options.leaveBy === 'reset') socket.resetAndDestroy();
    else socket.destroy();
  };

  const keepReading = (): boolean => {
    if (options.slow !== undefined) {
      setTimeout(() => socket.resume(), options.slow.everyMs);
      return false;
    }
    if (options.pause === undefined || paused || bytesRead < options.pause.afterBytes) return true;
    paused = true;
    void Promise.resolve(options.pause.until).then(
      () => socket.resume(),
      () => socket.resume(),
    );
    return false;
  };

  socket.on('error', () => resolve('cut'));
  socket.on('close', () => resolve('cut'));
  socket.on('end', () => resolve(['until-close', 'complete'].includes(reader.state.phase) ? 'complete' : 'cut'));
  socket.on('connect', () => {
    if (options.leave === 'connected') return goAway();
    const { head, body } = requestBytes(options, method);
    if (options.leave === 'mid-upload') {
      socket.write(Buffer.concat([head, body.subarray(0, Math.floor(body.length / 2))]), goAway);
      return undefined;
    }
    socket.write(Buffer.concat([head, body]), () => {
      if (options.leave === 'request-sent') goAway();
    });
    return undefined;
  });
  if (typeof options.leave === 'object' && 'then' in options.leave) void Promise.resolve(options.leave).then(goAway, goAway);

  const clock = setTimeout(() => resolve('hung'), options.timeoutMs ?? 10_000);
  const ending = await promise;
  clearTimeout(clock);
  socket.destroy();
  return verdict(reader, ending, bytesRead);
}

function hasLeft(leave: LeaveAt | undefined, bodyBytes: number): boolean {
  if (leave === 'headers') return true;
  return typeof leave === 'object' && 'bodyBytes' in leave && bodyBytes >= leave.bodyBytes;
}

function requestBytes(options: RawRequestOptions, method: string): { readonly head: Buffer; readonly body: Buffer } {
  if (options.raw !== undefined) {
    const raw = Buffer.from(options.raw);
    const end = raw.indexOf('\r\n\r\n');
    return end === -1 ? { head: raw, body: Buffer.alloc(0) } : { head: raw.subarray(0, end + 4), body: raw.subarray(end + 4) };
  }
  const body = Buffer.from(options.body ?? '');
  const given = isList(options.headers) ? options.headers : Object.entries(options.headers ?? {});
  const names = new Set(given.map(([name]) => name.toLowerCase()));
  const own: [string, string][] = [
    ['host', `${options.host ?? '127.0.0.1'}:${options.port}`],
    ['connection', 'close'],
    ...(options.body === undefined || names.has('transfer-encoding') ? [] : [['content-length', String(body.length)] as [string, string]]),
  ];
  const lines = [...own.filter(([name]) => !names.has(name)), ...given].map(([name, value]) => `${name}: ${value}\r\n`);
  return { head: Buffer.from(`${method} ${options.path ?? '/'} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1'), body };
}

function isList(headers: RawRequestOptions['headers']): headers is readonly (readonly [string, string])[] {
  return Array.isArray(headers);
}

function verdict(reader: ReturnType<typeof createMessageReader>, ending: RawVerdict['ending'], bytesRead: number): RawVerdict {
  const { start, headers: rawHeaders, body, rest } = reader.state;
  const headers: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, value] of rawHeaders) {
    const key = name.toLowerCase();
    headers[key] = headers[key] === undefined ? value : `${headers[key]}, ${value}`;
  }
  const status = start === '' ? 0 : Number(start.split(' ')[1]);
  return { status, headers: { ...headers }, rawHeaders, body, text: new TextDecoder().decode(body), ending, extra: rest, bytesRead };
}
