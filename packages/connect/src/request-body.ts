import type { IncomingMessage } from 'node:http';
import { createBodyQueue } from '@ai-proxy/core';
import type { HttpRequestBody } from '@ai-proxy/core';
import { callerLeft } from './binding-errors.ts';
import { http2Stream } from './node-http.ts';

/**
 * The body in the state in which the application left it. What counts is whether the stream was read: Express 4 sets `req.body = {}` on requests
 * that no parser has touched.
 */
export function toRequestBody(req: IncomingMessage, body: unknown): HttpRequestBody {
  if (!hasBody(req)) return { kind: 'none' };
  if (!req.readableDidRead && !req.readableEnded && !hasReader(req)) return { kind: 'stream', stream: readWithoutDestroying(req) };
  // Somebody stopped half-way: what a parser says, if anything, is not the body.
  if (!req.readableEnded) return { kind: 'consumed' };
  if (body === undefined) return { kind: 'consumed' };
  if (body instanceof Uint8Array) return { kind: 'bytes', bytes: body };
  // The parts of a form are kept by nobody as they came: fields in one place, files in another or on a disk.
  if (/^multipart\//i.test(req.headers['content-type'] ?? '')) return { kind: 'consumed' };
  if (typeof body === 'string') return { kind: 'bytes', bytes: Buffer.from(body) };
  return { kind: 'value', value: body };
}

/** Something that decompresses, say, has put itself in between, and has not begun: two readers would each get a part. */
const hasReader = (req: IncomingMessage): boolean => req.listenerCount('data') > 0 || req.listenerCount('readable') > 0;

function hasBody(req: IncomingMessage): boolean {
  const stream = http2Stream(req);
  if (stream !== undefined) return stream.endAfterHeaders !== true;
  const { 'content-length': length, 'transfer-encoding': encoding } = req.headers;
  return encoding !== undefined || (length !== undefined && Number(length) !== 0);
}

const noClocks = { firstByte: 0, idle: 0 };
const heldForReader = 256 * 1024;

/**
 * Node's own iteration would destroy the socket when it is left early, and with it the chance to say why; it also costs more than most
 * bodies do. Nothing is read before somebody asks.
 */
function readWithoutDestroying(req: IncomingMessage): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]() {
      const queue = createBodyQueue({
        clocks: noClocks,
        limit: heldForReader,
        pause: () => req.pause(),
        resume: () => req.resume(),
        abandon: () => {
          stop();
          req.pause();
        },
      });
      const onData = (chunk: Uint8Array): void => queue.push(chunk);
      const onEnd = (): void => {
        stop();
        queue.end();
      };
      const onGone = (error?: Error): void => {
        stop();
        queue.fail(callerLeft(error));
      };
      const stop = (): void => {
        req.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone);
      };
      req.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone);
      // All of its events may be over.
      if (req.destroyed) onGone();
      return queue[Symbol.asyncIterator]();
    },
  };
}
