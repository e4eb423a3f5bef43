import { connect } from 'node:net';
import { createMessageReader } from '../../raw/message-reader.ts';
import type { MessageState } from '../../raw/message-reader.ts';
import type { AnswerHead, CallerRequest, OpenCall, SeenAnswer } from './open-call.ts';
import { createWaiters } from './waiters.ts';

/** One connection of a caller, written and read byte by byte. */
export interface CallerConnection {
  /** Settles when the bytes have been handed to the system. */
  write(bytes: string | Uint8Array): Promise<void>;
  /** Reads the next answer on this connection, to the request that it is the answer to. */
  read(request: CallerRequest): OpenCall;
  /** Settles when this has come on the wire, framing included. */
  receivedRaw(part: string): Promise<void>;
  /** Settles when the server has closed the connection. */
  readonly closed: Promise<'closed' | 'reset'>;
  leave(how?: 'close' | 'reset'): void;
}

export function openConnection(origin: URL): CallerConnection {
  const socket = connect({ host: origin.hostname, port: Number(origin.port), noDelay: true });
  const waiters = createWaiters();
  const answers: Reading[] = [];
  let unread: Uint8Array[] = [];
  let raw = '';
  let isOver = false;
  let hasLeft = false;
  let wasReset = false;

  const hand = (): void => {
    for (const reading of answers) {
      if (reading.isDone()) continue;
      const bytes = unread;
      unread = [];
      for (const piece of bytes) reading.push(piece);
      if (!reading.isDone()) return;
      const { rest } = reading.state;
      if (rest.length > 0) unread.unshift(rest);
    }
  };
  const finish = (): void => {
    isOver = true;
    hand();
    for (const reading of answers) reading.stop(hasLeft);
    waiters.stop();
  };

  socket.on('data', (bytes) => {
    // Only what tests look for is short; the rest would be copied at every packet.
    if (raw.length < 65_536) raw += bytes.toString('latin1');
    unread.push(Uint8Array.from(bytes));
    hand();
    waiters.look();
  });
  socket.on('error', () => (wasReset = true));
  const closed = new Promise<'closed' | 'reset'>((resolve) => {
    socket.on('close', () => {
      finish();
      resolve(wasReset ? 'reset' : 'closed');
    });
  });
  const leave = (how: 'close' | 'reset' = 'close'): void => {
    hasLeft = true;
    if (how === 'reset') socket.resetAndDestroy();
    else socket.destroy();
  };

  return {
    write: (bytes) =>
      new Promise((resolve) => {
        socket.write(bytes, () => resolve());
      }),
    read(request) {
      const reading = createReading(request.method === 'HEAD');
      answers.push(reading);
      hand();
      if (isOver) reading.stop(hasLeft);
      return { ...reading.call, request, leave, pause: () => socket.pause(), resume: () => socket.resume() };
    },
    receivedRaw: (part) =>
      waiters.until(
        () => raw.includes(part),
        () => `the connection ended without ${JSON.stringify(part)}`,
      ),
    closed,
    leave,
  };
}

interface Reading {
  readonly state: MessageState;
  readonly call: Pick<OpenCall, 'head' | 'answer' | 'state' | 'text' | 'received'>;
  push(bytes: Uint8Array): void;
  isDone(): boolean;
  /** The connection is over. */
  stop(hasLeft: boolean): void;
}

function createReading(isHeadOnly: boolean): Reading {
  const reader = createMessageReader(isHeadOnly ? 'head-only' : 'response');
  const { state } = reader;
  const waiters = createWaiters();
  const answer = Promise.withResolvers<SeenAnswer>();
  const text = (): string => new TextDecoder().decode(state.body);
  const isDone = (): boolean => state.phase === 'complete' || state.phase === 'malformed';
  let ended: SeenAnswer['ending'] | undefined;
  const settle = (ending: SeenAnswer['ending']): void => {
    ended ??= ending;
    answer.resolve({ ...toHead(state), body: state.body, text: text(), ending });
  };
  const head = waiters
    .until(
      () => state.phase !== 'head',
      () => 'the connection ended without the headers of an answer',
    )
    .then(() => toHead(state));
  // Whoever is interested in the answer as a whole finds there that it is missing.
  head.catch(() => undefined);
  return {
    state,
    call: {
      head,
      answer: answer.promise,
      state: () => ({ ...toHead(state), ending: ended ?? 'not yet' }),
      text,
      received: (part) =>
        waiters.until(
          () => text().includes(part),
          () => `the answer ended without ${JSON.stringify(part)}`,
        ),
    },
    push(bytes) {
      reader.push(bytes);
      waiters.look();
      if (!isDone()) return;
      settle(state.phase === 'complete' ? 'complete' : 'cut');
      waiters.stop();
    },
    isDone,
    stop(hasLeft) {
      settle(hasLeft ? 'left' : state.phase === 'complete' || state.phase === 'until-close' ? 'complete' : 'cut');
      waiters.stop();
    },
  };
}

function toHead({ start, headers }: MessageState): AnswerHead {
  const headerLines = headers.map(([name, value]) => [name.toLowerCase(), value] as const);
  return { status: start === '' ? 0 : Number(start.split(' ')[1]), headers: joinHeaders(headerLines), headerLines };
}

/** Headers by name; several of one name are joined. */
export function joinHeaders(lines: AnswerHead['headerLines']): Record<string, string> {
  const headers = new Map<string, string>();
  for (const [name, value] of lines) headers.set(name, headers.has(name) ? `${headers.get(name)}, ${value}` : value);
  return Object.fromEntries(headers);
}
