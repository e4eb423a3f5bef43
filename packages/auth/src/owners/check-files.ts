import { createFrameReader, isJsonObject, ProxyError } from '@ai-proxy/core';
import type { Frame, HttpRelay, JsonObject, RelayReply } from '@ai-proxy/core';
import { objectNotFound } from './refusals.ts';

/** The most of one file that is read, and of one line of it. */
const mostBytes = 512 * 1024 * 1024;
const longestLine = 10 * 1024 * 1024;
/** Requests that are checked together. */
const atOnce = 200;

/**
 * Reads the requests of a job that lie in a file, line by line as it comes down, before the job is made: what a request may not name, it may not name from a file
 * either. `path` is that of the file's content, `from` that of the request that is under way.
 */
export async function checkFile(
  { carryOut }: Pick<RelayReply, 'carryOut'>,
  { mask: _mask, body: _body, ...relay }: HttpRelay,
  from: string,
  path: string,
  check: (bodies: readonly JsonObject[]) => Promise<void>,
): Promise<void> {
  const url = new URL(relay.url);
  if (!url.pathname.endsWith(from)) throw new Error('a relay leads elsewhere than its route says');
  url.pathname = url.pathname.slice(0, -from.length) + path;
  url.search = '';
  const { 'content-type': _type, 'content-encoding': _coding, ...headers } = relay.headers;
  const reply = await carryOut(
    { ...relay, method: 'GET', url, headers, responseHeaders: () => ({}), settle: () => undefined },
    { kind: 'none' },
  );
  if (typeof reply.body !== 'object' || !('kind' in reply.body) || reply.body.kind !== 'stream') throw notReadable();
  if (reply.status === 404) throw objectNotFound('file', 'input_files');
  if (reply.status !== 200) throw notReadable();

  const lines = createFrameReader('ndjson', { maxFrameBytes: longestLine });
  let number = 0;
  let waiting: JsonObject[] = [];
  const take = async (frames: readonly Frame[]): Promise<void> => {
    for (const { data } of frames) waiting.push(parseLine(data, (number += 1)));
    if (waiting.length < atOnce) return;
    const bodies = waiting;
    waiting = [];
    await check(bodies);
  };
  let bytes = 0;
  for await (const chunk of reply.body.chunks) {
    const piece = typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk;
    bytes += piece.byteLength;
    if (bytes > mostBytes) throw tooLarge();
    await take(lines.push(piece)?.frames ?? []);
  }
  const { batch, dangling } = lines.end();
  await take(batch?.frames ?? []);
  if (dangling) throw notJson(number + 1);
  if (waiting.length > 0) await check(waiting);
}

function parseLine(data: string, number: number): JsonObject {
  try {
    const value: unknown = JSON.parse(data);
    if (isJsonObject(value)) return value;
  } catch {
    // Other readers may take what this one does not.
  }
  throw notJson(number);
}

const notJson = (line: number): ProxyError =>
  new ProxyError(`Line ${line} of an input file is no JSON object.`, {
    status: 400,
    code: 'invalid_json',
    param: 'input_files',
    source: 'caller',
  });

const tooLarge = (): ProxyError =>
  new ProxyError(`An input file is larger than ${mostBytes} bytes, and is not read to its end. Make several jobs of it.`, {
    status: 413,
    code: 'body_too_large',
    param: 'input_files',
    source: 'caller',
  });

const notReadable = (): ProxyError =>
  new ProxyError('An input file could not be read, and what its requests name could not be checked. Try again later.', {
    status: 502,
    code: 'provider_error',
    param: 'input_files',
    source: 'provider',
  });
