import { inflate } from '#inflate';
import { ProxyError } from '../errors/proxy-error.ts';
import { headerValue } from '../http/headers.ts';
import type { HttpHeaders } from '../http/headers.ts';
import type { HttpRequest } from '../http/request.ts';
import { readEncoding } from '../inflate/encodings.ts';
import type { JsonValue } from '../json/json.ts';
import { parseJsonBody } from '../json/parse-json-body.ts';
import { collect } from './collect.ts';

export interface JsonRequestLimits {
  /** Bytes, after inflating. */
  readonly body: number;
  readonly depth: number;
}

/** A JSON body and the bytes it came as, ready to go up as they are. */
export interface JsonRequest {
  readonly value: JsonValue;
  readonly bytes: Uint8Array;
}

const jsonType = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;

/** Reads the JSON body of a request, in whatever state the application left it. */
export async function readJsonRequest(request: HttpRequest, limits: JsonRequestLimits, acceptsAnyType = false): Promise<JsonRequest> {
  const { body, headers } = request;
  checkType(headers, acceptsAnyType);
  switch (body.kind) {
    case 'none':
      return parse(new Uint8Array(), limits);
    case 'consumed':
      throw new ProxyError(
        'The body of this request was read before it reached the proxy, and nothing of it was kept. ' +
          'Mount the proxy before the body parser that does so (multer, formidable and the like).',
        { status: 400, code: 'body_consumed', source: 'caller' },
      );
    case 'bytes':
      if (body.bytes.byteLength > limits.body) throw tooLarge(limits.body);
      return parse(body.bytes, limits);
    case 'value': {
      const bytes = serialise(body.value);
      if (bytes.byteLength > limits.body) throw tooLarge(limits.body);
      // Parsed anew: whatever a parser of the application left in it (a prototype, a date, a depth of 5,000) is plain JSON from here on.
      return parse(bytes, limits);
    }
    case 'stream': {
      if (Number(headerValue(headers, 'content-length') ?? 0) > limits.body) throw tooLarge(limits.body);
      const encoding = readEncoding(headerValue(headers, 'content-encoding'));
      const bytes = await collect(encoding ? inflated(body.stream, encoding) : body.stream, limits.body);
      if (!bytes) throw tooLarge(limits.body);
      return parse(bytes, limits);
    }
  }
}

const parse = (bytes: Uint8Array, limits: JsonRequestLimits): JsonRequest => ({
  value: parseJsonBody(bytes, { maxDepth: limits.depth }),
  bytes,
});

const encoder = new TextEncoder();

function serialise(value: unknown): Uint8Array {
  try {
    return encoder.encode(JSON.stringify(value) ?? '');
  } catch (cause) {
    // A parser before us has no bound of depth; serialising what it let through overflows the stack, which can be caught here.
    throw new ProxyError('The request body is nested too deeply to be sent on.', {
      status: 400,
      code: 'invalid_json',
      source: 'caller',
      cause,
    });
  }
}

function checkType(headers: HttpHeaders, acceptsAnyType: boolean): void {
  const type = headerValue(headers, 'content-type');
  // Pages of other origins can send a body without a type, or with one of a form, without asking first; clients that are no browsers name no origin.
  if ((type === undefined || acceptsAnyType) && headerValue(headers, 'origin') === undefined) return;
  if (type !== undefined && jsonType.test(type)) return;
  throw new ProxyError(
    `This route takes JSON, not ${type === undefined ? 'a body without a type' : `"${type.slice(0, 80)}"`}. Send the body with "Content-Type: application/json".`,
    {
      status: 415,
      code: 'unsupported_media_type',
      source: 'caller',
    },
  );
}

const tooLarge = (limit: number): ProxyError =>
  new ProxyError(`The request body is larger than ${limit} bytes. Send less, or ask the operator to raise "limits.body".`, {
    status: 413,
    code: 'body_too_large',
    source: 'caller',
  });

async function* inflated(
  stream: AsyncIterable<Uint8Array>,
  encoding: NonNullable<ReturnType<typeof readEncoding>>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* inflate(stream, encoding);
  } catch (cause) {
    if (cause instanceof ProxyError) throw cause;
    throw new ProxyError(`The request body is not valid ${encoding}, though its Content-Encoding says so.`, {
      status: 400,
      code: 'invalid_body',
      source: 'caller',
      cause,
    });
  }
}
