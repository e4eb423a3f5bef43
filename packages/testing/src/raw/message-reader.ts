/** What has been read of one HTTP message; it grows with every push. */
export interface MessageState {
  /** The first line; empty until the head has come. */
  readonly start: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The body so far, chunked coding taken off. */
  readonly body: Uint8Array;
  readonly bodyLength: number;
  /** `until-close`: an answer without framing, which ends with its connection. */
  readonly phase: 'head' | 'body' | 'until-close' | 'complete' | 'malformed';
  /** What came after a complete message. */
  readonly rest: Uint8Array;
}

/** Reads one HTTP/1.1 message from bytes in any slices, by itself: nothing between hides the framing. */
export interface MessageReader {
  push(bytes: Uint8Array): MessageState;
  readonly state: MessageState;
}

type Framing =
  | { kind: 'length'; left: number }
  | { kind: 'chunked'; left: number; part: 'size' | 'data' | 'data-end' | 'trailer' }
  | { kind: 'close' };

/** `request` has no body without framing; `response` reads on until the connection closes; `head-only` ends with its head. */
export function createMessageReader(kind: 'request' | 'response' | 'head-only'): MessageReader {
  let buffer: Buffer = Buffer.alloc(0);
  let start = '';
  let headers: (readonly [string, string])[] = [];
  let pieces: Uint8Array[] = [];
  let bodyLength = 0;
  let phase: MessageState['phase'] = 'head';
  let framing: Framing = { kind: 'length', left: 0 };

  const value = (name: string): string | undefined => headers.find(([key]) => key.toLowerCase() === name)?.[1];

  const readHead = (): boolean => {
    const end = buffer.indexOf('\r\n\r\n');
    if (end === -1) return false;
    const [first = '', ...lines] = buffer.subarray(0, end).toString('latin1').split('\r\n');
    start = first;
    headers = lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()] as const);
    buffer = buffer.subarray(end + 4);
    const status = Number(first.split(' ')[1]);
    // An interim answer is followed by the real one.
    if (kind !== 'request' && status >= 100 && status < 200 && status !== 101) return true;
    framing = chooseFraming(status);
    phase = framing.kind === 'close' ? 'until-close' : 'body';
    return true;
  };

  const chooseFraming = (status: number): Framing => {
    if (kind === 'head-only' || (kind === 'response' && (status === 204 || status === 304))) return { kind: 'length', left: 0 };
    if (value('transfer-encoding')?.toLowerCase().endsWith('chunked') === true) return { kind: 'chunked', left: 0, part: 'size' };
    const length = value('content-length');
    if (length !== undefined) return { kind: 'length', left: Number(length) };
    return kind === 'response' ? { kind: 'close' } : { kind: 'length', left: 0 };
  };

  const take = (count: number): void => {
    if (count > 0) pieces.push(buffer.subarray(0, count));
    bodyLength += count;
    buffer = buffer.subarray(count);
  };

  const readBody = (): boolean => {
    if (framing.kind === 'close') {
      take(buffer.length);
      return false;
    }
    if (framing.kind === 'length') {
      const count = Math.min(framing.left, buffer.length);
      take(count);
      framing.left -= count;
      if (framing.left === 0) phase = 'complete';
      return false;
    }
    return readChunked(framing);
  };

  const readChunked = (chunked: Extract<Framing, { kind: 'chunked' }>): boolean => {
    if (chunked.part === 'data') {
      const count = Math.min(chunked.left, buffer.length);
      take(count);
      chunked.left -= count;
      if (chunked.left > 0) return false;
      chunked.part = 'data-end';
      return true;
    }
    const end = buffer.indexOf('\r\n');
    if (end === -1) return false;
    const line = buffer.subarray(0, end).toString('latin1');
    buffer = buffer.subarray(end + 2);
    if (chunked.part === 'size') {
      const size = /^([0-9a-f]+)\s*(?:;.*)?$/iu.exec(line)?.[1];
      if (size === undefined) phase = 'malformed';
      else {
        chunked.left = Number.parseInt(size, 16);
        chunked.part = chunked.left === 0 ? 'trailer' : 'data';
      }
    } else if (chunked.part === 'data-end') {
      if (line !== '') phase = 'malformed';
      chunked.part = 'size';
    } else if (line === '') phase = 'complete';
    return phase === 'body';
  };

  // One object that is read when somebody looks: joining the pieces at every network chunk would take quadratic time.
  const state: MessageState = {
    get start() {
      return start;
    },
    get headers() {
      return headers;
    },
    get body() {
      if (pieces.length !== 1) pieces = [Buffer.concat(pieces)];
      return pieces[0] ?? new Uint8Array();
    },
    get bodyLength() {
      return bodyLength;
    },
    get phase() {
      return phase;
    },
    get rest() {
      return phase === 'complete' ? buffer : new Uint8Array();
    },
  };

  return {
    push(bytes) {
      buffer = buffer.length === 0 ? Buffer.from(bytes) : Buffer.concat([buffer, bytes]);
      let more = true;
      while (more) {
        if (phase === 'head') more = readHead();
        else if (phase === 'body' || phase === 'until-close') more = readBody();
        else more = false;
      }
      return state;
    },
    state,
  };
}
