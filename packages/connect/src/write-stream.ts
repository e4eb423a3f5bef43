import { toFlow } from '@ai-proxy/core';
import type { HttpStream } from '@ai-proxy/core';
import type { Exchange } from './exchange.ts';
import type { MountSettings } from './mount-options.ts';
import { createResponseWriter } from './response-writer.ts';

/**
 * Writes a body that is still being made, after its headers were set; resolves when nothing more will be written. Each piece is written in the turn in
 * which it comes, and Node joins what is written within a turn: what arrived in one read leaves in one write.
 */
export function writeStream(exchange: Exchange, body: HttpStream, settings: Pick<MountSettings, 'writing'>): Promise<void> {
  const { res, signal } = exchange;
  const { promise, resolve } = Promise.withResolvers<void>();
  const writer = createResponseWriter(exchange, settings.writing.timeout, () => source.resume());

  let lastWrite = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const { keepAlive } = body;
  const keepAliveInterval = settings.writing.keepAlive;
  const showLife = (): void => {
    const now = performance.now();
    let wait = keepAliveInterval - (now - lastWrite);
    if (wait <= 1) {
      if (!writer.isBlocked && keepAlive !== undefined) writer.write(keepAlive);
      lastWrite = now;
      wait = keepAliveInterval;
    }
    timer = setTimeout(showLife, wait).unref();
  };
  if (keepAlive !== undefined && keepAliveInterval > 0) timer = setTimeout(showLife, keepAliveInterval).unref();

  // The first chunk is mostly there already, and then one packet carries both; where it is not, the headers leave in this turn of the event loop.
  const head = setImmediate(() => {
    if (!res.headersSent) res.flushHeaders();
  });

  const stop = (): void => {
    clearTimeout(timer);
    clearImmediate(head);
    signal.removeEventListener('abort', leave);
    resolve();
  };
  const leave = (): void => {
    stop();
    source.stop();
  };
  signal.addEventListener('abort', leave, { once: true });

  const source = toFlow(body.chunks).into({
    take(piece) {
      if (piece.length === 0) return true;
      lastWrite = performance.now();
      try {
        return writer.write(piece);
      } catch {
        // Not a piece of a body: whoever made it has to be told by the missing end as well.
        leave();
        writer.cut();
        return false;
      }
    },
    end() {
      stop();
      writer.end();
    },
    fail() {
      stop();
      // Why it broke is in the receipt of whoever made the stream; the caller can be told only by the missing end.
      if (!signal.aborted) writer.cut();
    },
  });
  source.resume();
  return promise;
}

/** Tells whoever makes a stream that nobody will read it. */
export function refuseStream({ chunks }: HttpStream): void {
  toFlow(chunks)
    .into({ take: () => false, end() {}, fail() {} })
    .stop();
}
