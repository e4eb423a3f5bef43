import { dirname } from 'node:path';
import { findChromium, sendRaw } from '@ai-proxy/testing';
import type { RawRequestOptions } from '@ai-proxy/testing';
import OpenAI from 'openai';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildApp } from './build-app.ts';
import { startNext } from './start-next.ts';
import type { NextServer } from './start-next.ts';
import { event, startUpstream, streamEnd, streamHead } from './upstream.ts';
import type { Upstream } from './upstream.ts';

const program = await findChromium();
// The other application that tests have Next.js build is built first.
const patience = 300_000;

let upstream: Upstream;
let server: NextServer;

beforeAll(async () => {
  await buildApp(dirname(import.meta.dirname));
}, patience);
beforeEach(async () => {
  upstream = await startUpstream();
  server = await startNext(dirname(import.meta.dirname), { MISTRAL_API_KEY: 'operator-key', MISTRAL_API_BASE: upstream.url });
});
afterEach(async () => {
  await server.close();
  await upstream.close();
});

describe('the Next.js example', () => {
  it('streams to a client of OpenAI’s, event by event, though Next.js compresses', async () => {
    upstream.play([streamHead, event('The night'), ['waitFor', 'one'], event(' sky'), ['waitFor', 'two'], ...streamEnd]);
    const client = new OpenAI({ baseURL: `${server.url}/ai/v1`, apiKey: 'none', maxRetries: 0 });
    const messages = [{ role: 'user' as const, content: 'Why?' }];
    const chunks = await client.chat.completions.create({ model: 'chat', messages, stream: true });
    const texts: string[] = [];
    for await (const { choices } of chunks) {
      const text = choices[0]?.delta.content ?? '';
      if (text === '') continue;
      texts.push(text);
      upstream.release(texts.length === 1 ? 'one' : 'two');
    }
    expect(texts).toEqual(['The night', ' sky']);
    const { start, headers } = await upstream.request(0);
    expect(start).toBe('POST /v1/chat/completions HTTP/1.1');
    expect(headers).toContainEqual(['authorization', 'Bearer operator-key']);
  });

  it('writes why a stream broke before it cuts it, and logs it once', async () => {
    upstream.play([streamHead, event('The night'), ['waitFor', 'read'], ['reset']]);
    const verdict = await sendRaw({ ...chat(), onBytes: () => upstream.release('read') });
    expect(verdict).toMatchObject({ status: 200, ending: 'cut' });
    expect(verdict.text).toMatch(/data: \{"error":\{[^\n]*"code":"upstream_reset"[^\n]*\}\n\n$/);
    const lines = server.output().split('\n');
    expect(lines.filter((line) => line.includes('upstream_reset'))).toHaveLength(1);
    expect(server.output()).not.toContain('failed to pipe');
  });
});

/** A streamed chat, as bytes on a socket. */
function chat(): RawRequestOptions {
  const body = JSON.stringify({ model: 'chat', stream: true, messages: [{ role: 'user', content: 'Why?' }] });
  return { port: server.port, path: '/ai/v1/chat/completions', headers: { 'content-type': 'application/json' }, body };
}

const download = (): RawRequestOptions => ({ port: server.port, path: '/ai/mistral/v1/files/a/content' });
const upload = (): RawRequestOptions => ({ port: server.port, path: '/ai/mistral/v1/files', body: 'x'.repeat(100_000) });

describe('a caller who leaves `next start`', () => {
  it.each([
    ['while the answer is awaited', chat, []],
    ['in the middle of a stream', chat, [streamHead, event('The night')]],
    ['while a relayed answer is awaited', download, []],
    ['in the middle of a relayed answer', download, [['write', 'HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nsome'] as const]],
    ['behind a relayed upload', upload, []],
  ])('%s closes the upstream, and is no error of the application', async (_, request, script) => {
    upstream.play([...script, ['hang']]);
    const leave = script.length === 0 ? upstream.request(0) : { bodyBytes: 1 };
    const { ending } = await sendRaw({ ...request(), leave });
    expect(ending).toBe('left');
    const { connection } = await upstream.request(0);
    expect((await upstream.closed(connection)).closedBy).toMatch(/^peer-/);
    expect(server.output()).not.toContain('⨯');
  });

  it('in the middle of an upload asks nobody', async () => {
    const { ending } = await sendRaw({ ...chat(), leave: 'mid-upload' });
    expect(ending).toBe('left');
    upstream.play([streamHead, ...streamEnd]);
    expect((await sendRaw(chat())).status).toBe(200);
    expect(upstream.requests).toHaveLength(1);
    expect(server.output()).not.toContain('⨯');
  });
});

describe.skipIf(program === undefined)('the page', () => {
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    browser = await chromium.launch(program);
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    page = await browser.newPage();
    await page.goto(server.url);
  });
  afterEach(() => page.close());

  const ask = async (question: string): Promise<void> => {
    await page.getByLabel('Your question').fill(question);
    await page.keyboard.press('Enter');
  };
  const answer = (): ReturnType<Page['locator']> => page.locator('.answer').last();
  const shown = (text: string): Promise<void> => answer().getByText(text, { exact: true }).waitFor();

  it('shows an answer as it comes, and asks on with what was said', async () => {
    upstream.play([streamHead, event('The night'), ['waitFor', 'one'], event(' sky'), ['waitFor', 'two'], ...streamEnd]);
    await ask('Why is it dark?');
    await shown('The night');
    upstream.release('one');
    await shown('The night sky');
    expect(await answer().getAttribute('aria-busy')).toBe('true');
    upstream.release('two');
    await page.getByRole('button', { name: 'Ask' }).waitFor();
    expect(await answer().getAttribute('aria-busy')).toBe('false');

    await ask('And the moon?');
    await page.locator('.answer[aria-busy=false]').nth(1).waitFor();
    const { body } = await upstream.request(1);
    expect(JSON.parse(new TextDecoder().decode(body))).toMatchObject({
      model: 'mistral-small-latest',
      messages: [
        { role: 'user', content: 'Why is it dark?' },
        { role: 'assistant', content: 'The night sky' },
        { role: 'user', content: 'And the moon?' },
      ],
    });
  });

  it('stops an answer, and with it the upstream', async () => {
    upstream.play([streamHead, event('Once upon'), ['hang']]);
    await page.getByRole('button', { name: 'Explain recursion' }).click();
    await shown('Once upon');
    await page.getByRole('button', { name: 'Stop' }).click();
    const { connection } = await upstream.request(0);
    expect((await upstream.closed(connection)).closedBy).toMatch(/^peer-/);
    await shown('Stopped');
    expect(await page.locator('.question').allTextContents()).toEqual(['Explain recursion']);
    await page.getByRole('button', { name: 'Ask' }).waitFor();
  });

  it('says of an answer that broke off that it did', async () => {
    upstream.play([streamHead, event('Once upon'), ['waitFor', 'read'], ['reset']]);
    await ask('Tell me a story');
    await shown('Once upon');
    upstream.release('read');
    const alert = page.getByRole('alert').filter({ hasText: 'The answer broke off.' });
    await alert.waitFor();
    expect(await alert.textContent()).toContain('reset the connection');
  });
});
