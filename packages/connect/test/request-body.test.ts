import { createServer, request as httpRequest } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import type { HttpRequest } from '@ai-proxy/core';
import connect from 'connect';
import express from 'express';
import type { RequestHandler } from 'express';
import { describe, expect, test } from 'vitest';
import { mount } from '../src/index.ts';
import { listen, serve } from './support/servers.ts';

/** Says in which state the body arrived, and every byte or value of it. */
async function describeBody(request: HttpRequest): Promise<unknown> {
  const { body } = request;
  switch (body.kind) {
    case 'stream': {
      const chunks: Uint8Array[] = [];
      for await (const chunk of body.stream) chunks.push(chunk);
      return { kind: 'stream', text: Buffer.concat(chunks).toString() };
    }
    case 'bytes':
      return { kind: 'bytes', text: Buffer.from(body.bytes).toString() };
    case 'value':
      return { kind: 'value', value: body.value };
    default:
      return { kind: body.kind };
  }
}

function describeRequests() {
  return mount(async (request) => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ body: await describeBody(request), headers: request.headers }),
  }));
}

interface Described {
  readonly body: { readonly kind: string; readonly text?: string; readonly value?: unknown };
  readonly headers: Record<string, string>;
}

function post(url: string, headers: Record<string, string>, body: string | Buffer): Promise<Described> {
  return new Promise((resolve, reject) => {
    const req = httpRequest(url, { method: 'POST', headers: { ...headers, 'content-length': Buffer.byteLength(body) } }, (res) => {
      let text = '';
      res.on('data', (chunk: Buffer) => (text += chunk.toString()));
      res.on('end', () => (res.statusCode === 200 ? resolve(JSON.parse(text) as Described) : reject(new Error(text))));
    });
    req.on('error', reject);
    req.end(body);
  });
}

/** Reads a form as multer does: fields to `req.body`, files elsewhere. */
const consumeForms: RequestHandler = (req, _res, next) => {
  if (!(req.headers['content-type'] ?? '').startsWith('multipart/')) {
    next();
    return;
  }
  req.resume();
  req.on('end', () => {
    const fields: unknown = Object.assign(Object.create(null) as object, { purpose: 'batch' });
    req.body = fields;
    next();
  });
};

const json = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'é' }] });
const large = JSON.stringify({ input: 'x'.repeat(1024 * 1024) });
const multipart = '--b\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nbatch\r\n--b--\r\n';

const inputs = {
  JSON: { type: 'application/json', body: json },
  'an empty body': { type: 'application/json', body: '' },
  '1 MB of JSON': { type: 'application/json', body: large },
  'a form with files': { type: 'multipart/form-data; boundary=b', body: multipart },
  'an encoded form': { type: 'application/x-www-form-urlencoded', body: 'a=1&b=two' },
};

const parsers: Record<string, RequestHandler | undefined> = {
  'no parser': undefined,
  'express.json': express.json({ limit: '4mb' }),
  'express.raw': express.raw({ type: '*/*', limit: '4mb' }),
  'express.text': express.text({ type: '*/*', limit: '4mb' }),
  'express.urlencoded': express.urlencoded({ extended: false, limit: '4mb' }),
  'a form parser': consumeForms,
};

/** What each parser leaves of each input; a stream where it does not take the content type. */
function expected(parser: string, input: keyof typeof inputs): unknown {
  const { body } = inputs[input];
  if (body === '') return { kind: 'none' };
  if (parser === 'express.json' && input.endsWith('JSON')) return { kind: 'value', value: JSON.parse(body) as unknown };
  // A file that was decoded as text is not that file any more.
  if (parser === 'express.text' && input === 'a form with files') return { kind: 'consumed' };
  if (parser === 'express.raw' || parser === 'express.text') return { kind: 'bytes', text: body };
  if (parser === 'express.urlencoded' && input === 'an encoded form') return { kind: 'value', value: { a: '1', b: 'two' } };
  if (parser === 'a form parser' && input === 'a form with files') return { kind: 'consumed' };
  return { kind: 'stream', text: body };
}

describe.each(Object.keys(parsers))('behind %s', (parser) => {
  test.each(Object.keys(inputs) as (keyof typeof inputs)[])('%s arrives in the state in which it was left', async (input) => {
    const app = express();
    const parse = parsers[parser];
    if (parse !== undefined) app.use(parse);
    app.use('/ai', describeRequests());
    const { url } = await listen(createServer(app));

    const described = await post(`${url}/ai/x`, { 'content-type': inputs[input].type }, inputs[input].body);

    expect(described.body).toEqual(expected(parser, input));
  });
});

test('a body that Express 4 has only set to {} is still a stream', async () => {
  const app = connect();
  app.use((req: IncomingMessage & { body?: unknown }, _res, next) => {
    req.body = {};
    next();
  });
  app.use(describeRequests());
  const { url } = await listen(createServer(app));

  expect((await post(url, { 'content-type': 'application/json' }, json)).body).toEqual({ kind: 'stream', text: json });
});

test('an inflated body comes without the headers of its compressed form', async () => {
  const app = express();
  app.use(express.json());
  app.use(describeRequests());
  const { url } = await listen(createServer(app));

  const described = await post(url, { 'content-type': 'application/json', 'content-encoding': 'gzip', 'x-kept': 'yes' }, gzipSync(json));

  expect(described.body).toEqual({ kind: 'value', value: JSON.parse(json) as unknown });
  expect(described.headers).toMatchObject({ 'content-type': 'application/json', 'x-kept': 'yes' });
  expect(Object.keys(described.headers)).not.toEqual(expect.arrayContaining(['content-encoding']));
  expect(Object.keys(described.headers)).not.toEqual(expect.arrayContaining(['content-length']));
});

test('a text that a parser has decoded is handed in as UTF-8 and says so', async () => {
  const app = express();
  app.use(express.text({ type: '*/*' }));
  app.use(describeRequests());
  const { url } = await listen(createServer(app));

  const described = await post(url, { 'content-type': 'text/plain; charset=iso-8859-1' }, Buffer.from('é', 'latin1'));

  expect(described.body).toEqual({ kind: 'bytes', text: 'é' });
  expect(described.headers['content-type']).toBe('text/plain; charset=utf-8');
});

test.each([null, 0, false, [1]])('a JSON parser that lets %j through hands in that value', async (value) => {
  const app = express();
  app.use(express.json({ strict: false }));
  app.use(describeRequests());
  const { url } = await listen(createServer(app));

  expect((await post(url, { 'content-type': 'application/json' }, JSON.stringify(value))).body).toEqual({ kind: 'value', value });
});

test('a body of which somebody has read a part is consumed', async () => {
  const ai = describeRequests();
  const { url } = await serve((req, res) => {
    req.once('data', () => {
      req.pause();
      ai(req, res);
    });
  });

  expect((await post(url, { 'content-type': 'application/json' }, large)).body).toEqual({ kind: 'consumed' });
});

test('a body that was read to its end and kept nowhere is consumed', async () => {
  const ai = describeRequests();
  const { url } = await serve((req, res) => {
    req.resume();
    req.once('end', () => ai(req, res));
  });

  expect((await post(url, { 'content-type': 'application/json' }, json)).body).toEqual({ kind: 'consumed' });
});

test('a body that somebody has begun to read, and not got a byte of, is consumed: two readers would each get a part', async () => {
  const { url } = await serve(
    connect()
      .use((req: IncomingMessage, _res: ServerResponse, next: () => void) => {
        req.pipe(new PassThrough());
        next();
      })
      .use(describeRequests()),
  );

  expect((await post(url, { 'content-type': 'application/json' }, '{"a":1}')).body).toEqual({ kind: 'consumed' });
});
