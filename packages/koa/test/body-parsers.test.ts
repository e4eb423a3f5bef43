import { bodyParser } from '@koa/bodyparser';
import type { Handler, HttpRequest } from '@ai-proxy/core';
import { mistral } from '@ai-proxy/mistral';
import { startMistralSimulator } from '@ai-proxy/testing';
import Koa from 'koa';
import type { Middleware } from 'koa';
import { koaBody } from 'koa-body';
import koaMount from 'koa-mount';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { aiProxy, mount } from '../src/index.ts';
import { serveKoa } from './support/serve-koa.ts';

async function describeBody({ body }: HttpRequest): Promise<unknown> {
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

/** Says in which state the body arrived, and every byte or value of it. */
const echoBody: Handler = async (request) => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ body: await describeBody(request), headers: request.headers }),
});

const json = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'é' }] });
const form = '--b\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhello\r\n--b--\r\n';

const uploadDir = await mkdtemp(join(tmpdir(), 'ai-proxy-koa-'));
afterAll(() => rm(uploadDir, { recursive: true }));

const parsers: Record<string, Middleware> = {
  '@koa/bodyparser': bodyParser({ enableTypes: ['json', 'form', 'text'] }),
  '@koa/bodyparser with patchNode': bodyParser({ enableTypes: ['json', 'form', 'text'], patchNode: true }),
  '@koa/bodyparser behind another': async (ctx, next) => {
    await bodyParser()(ctx, async () => {
      await bodyParser()(ctx, next);
    });
  },
  'koa-body': koaBody({ multipart: true, formidable: { uploadDir } }),
  'koa-body that keeps the raw text': koaBody({ multipart: true, formidable: { uploadDir }, includeUnparsed: true }),
  'koa-body that patches Node’s request alone': koaBody({ multipart: true, formidable: { uploadDir }, patchNode: true, patchKoa: false }),
};

async function post(app: Koa, type: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) {
  const { url } = await serveKoa(app);
  const answer = await fetch(`${url}/ai/x`, { method: 'POST', headers: { 'content-type': type, ...headers }, body });
  return (await answer.json()) as { readonly body: unknown; readonly headers: Record<string, string> };
}

const behind = (parser: Middleware): Koa => new Koa().use(parser).use(koaMount('/ai', mount(echoBody)));

describe.each(Object.entries(parsers))('behind %s', (name, parser) => {
  test('JSON arrives as the value it was read to', async () => {
    const { body, headers } = await post(behind(parser), 'application/json', json);

    expect(body).toEqual({ kind: 'value', value: JSON.parse(json) as unknown });
    expect(headers).not.toHaveProperty('content-length');
  });

  test('compressed JSON arrives as the value, and as compressed no more', async () => {
    const { body, headers } = await post(behind(parser), 'application/json', Buffer.from(gzipSync(json)), { 'content-encoding': 'gzip' });

    expect(body).toEqual({ kind: 'value', value: JSON.parse(json) as unknown });
    expect(headers).not.toHaveProperty('content-encoding');
  });

  test('an encoded form arrives as its fields', async () => {
    expect((await post(behind(parser), 'application/x-www-form-urlencoded', 'a=1&b=two')).body).toEqual({
      kind: 'value',
      value: { a: '1', b: 'two' },
    });
  });

  test('what it leaves alone arrives unread', async () => {
    expect((await post(behind(parser), 'application/octet-stream', 'bytes')).body).toEqual({ kind: 'stream', text: 'bytes' });
  });

  test('a form with files has nothing left, or was not touched', async () => {
    const { body } = await post(behind(parser), 'multipart/form-data; boundary=b', form);

    expect(body).toEqual(name.startsWith('koa-body') ? { kind: 'consumed' } : { kind: 'stream', text: form });
  });

  test('a request without a body has none', async () => {
    const { url } = await serveKoa(behind(parser));

    expect(await (await fetch(`${url}/ai/x`)).json()).toMatchObject({ body: { kind: 'none' } });
  });
});

describe.each(Object.entries(parsers).filter(([name]) => !name.endsWith('another')))('text behind %s', (_name, parser) => {
  test('arrives as it is, in UTF-8', async () => {
    const { body, headers } = await post(behind(parser), 'text/plain; charset=utf-8', 'é');

    expect(body).toEqual({ kind: 'bytes', text: 'é' });
    expect(headers['content-type']).toBe('text/plain; charset=utf-8');
  });
});

describe.each(Object.entries(parsers))('before %s', (_name, parser) => {
  test.each([
    ['application/json', json],
    ['multipart/form-data; boundary=b', form],
    ['application/x-www-form-urlencoded', 'a=1'],
  ])('%s arrives byte for byte', async (type, text) => {
    const app = new Koa().use(koaMount('/ai', mount(echoBody))).use(parser);

    expect((await post(app, type, text)).body).toEqual({ kind: 'stream', text });
  });
});

test('what middleware has made of a body goes up, not what the caller sent', async () => {
  const change: Middleware = async ({ request }, next) => {
    request.body = { ...(request.body as object), model: 'other' };
    await next();
  };
  const parse: Middleware = bodyParser();
  const app = new Koa()
    .use(parse)
    .use(change)
    .use(koaMount('/ai', mount(echoBody)));

  expect((await post(app, 'application/json', json)).body).toMatchObject({ value: { model: 'other' } });
});

describe('an upload', () => {
  async function upload(place: 'before' | 'behind') {
    const simulator = await startMistralSimulator();
    onTestFinished(() => simulator.close());
    const ai = aiProxy({ prefix: '/ai', providers: [mistral({ baseURL: simulator.url, apiKey: simulator.apiKey })] });
    const parser = koaBody({ multipart: true, formidable: { uploadDir } });
    const { url, reported } = await serveKoa(place === 'before' ? new Koa().use(ai).use(parser) : new Koa().use(parser).use(ai));
    const fields = new FormData();
    fields.set('purpose', 'ocr');
    fields.set('file', new Blob(['%PDF-1.4 hello']), 'a.pdf');
    const answer = await fetch(`${url}/ai/mistral/v1/files`, { method: 'POST', body: fields });
    const body: unknown = await answer.json();
    expect(reported).toEqual([]);
    return { status: answer.status, body, requests: simulator.requests.length };
  }

  test('goes up as it is before koa-body', async () => {
    expect(await upload('before')).toMatchObject({ status: 200, body: { object: 'file', filename: 'a.pdf', bytes: 14 }, requests: 1 });
  });

  test('behind koa-body, which keeps its files on a disk, is refused and told where the proxy has to stand', async () => {
    expect(await upload('behind')).toMatchObject({
      status: 400,
      body: { code: 'body_consumed', message: expect.stringContaining('Mount the proxy before the body parser') as string },
      requests: 0,
    });
  });
});
