import type { IncomingMessage } from 'node:http';
import type { HttpRequestBody } from '@ai-proxy/core';
import { callerLeft } from './binding-errors.ts';
import { http2Stream } from './node-http.ts';

/** A request that a body parser may have worked on. */
interface ParsedRequest extends IncomingMessage {
  readonly body?: unknown;
}

/**
 * The body in the state in which the application left it. What counts is whether the stream was read: Express 4 sets `req.body = {}` on requests
 * that no parser has touched.
 */
export function toRequestBody(req: ParsedRequest): HttpRequestBody {
  if (!hasBody(req)) return { kind: 'none' };
  if (!req.readableDidRead && !req.readableEnded) return { kind: 'stream', stream: readWithoutDestroying(req) };
  // Somebody stopped half-way: what `req.body` says, if anything, is not the body.
  if (!req.readableEnded) return { kind: 'consumed' };
  const { body } = req;
  if (body === undefined) return { kind: 'consumed' };
  if (body instanceof Uint8Array) return { kind: 'bytes', bytes: body };
  // The parts of a form are kept by nobody as they came: fields in one place, files in another or on a disk.
  if (/^multipart\//i.test(req.headers['content-type'] ?? '')) return { kind: 'consumed' };
  if (typeof body === 'string') return { kind: 'bytes', bytes: Buffer.from(body) };
  return { kind: 'value', value: body };
}

function hasBody(req: IncomingMessage): boolean {
  const stream = http2Stream(req);
  if (stream !== undefined) return stream.endAfterHeaders !== true;
  const { 'content-length': length, 'transfer-encoding': encoding } = req.headers;
  return encoding !== undefined || (length !== undefined && Number(length) !== 0);
}

/** Node's own iteration would destroy the socket when it is left early, and with it the chance to say why. */
async function* readWithoutDestroying(req: IncomingMessage): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* req.iterator({ destroyOnReturn: false });
  } catch (error) {
    throw callerLeft(error);
  }
}
