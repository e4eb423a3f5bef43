import { describe, expect, it } from 'vitest';
import { credentialFor } from '../../src/upstream/credential.ts';
import { fromCaller } from '../../src/index.ts';
import type { ApiKey, HttpHeaders } from '../../src/index.ts';
import { completion, done, role } from '../fixtures/answers.ts';
import { sendJson, startEvents, startUpstream } from '../fixtures/http-upstream.ts';
import type { Answer, HttpUpstream } from '../fixtures/http-upstream.ts';
import { makeProxy } from '../fixtures/make-proxy.ts';
import type { TestProxy } from '../fixtures/make-proxy.ts';
import { chatRequest, makeRequest, streamRequest } from '../fixtures/make-request.ts';
import { testProvider } from '../fixtures/test-provider.ts';

const operatorKey = 'sk-operator/with+"marks"=';
const callerKey = 'sk-caller-0123456789';

async function serve(answer: Answer, apiKey?: ApiKey): Promise<TestProxy & { upstream: HttpUpstream }> {
  const upstream = await startUpstream(answer);
  return { ...makeProxy([testProvider(upstream.url, apiKey === undefined ? {} : { apiKey })], { retry: false }), upstream };
}

const answerWell: Answer = (request, response) => sendJson(response, 200, request.url === '/chat' ? completion('hi') : { text: 'hi' });

describe('the credential that goes up', () => {
  it.each<[string, ApiKey | undefined, string | undefined]>([
    ['the operator’s key', operatorKey, `Bearer ${operatorKey}`],
    ['what a function fetches', async () => operatorKey, `Bearer ${operatorKey}`],
    ['none where the provider asks for none', undefined, undefined],
  ])('is %s, whatever the caller sends', async (_what, apiKey, expected) => {
    const { ask, upstream } = await serve(answerWell, apiKey);
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${callerKey}`,
      'x-api-key': callerKey,
      'api-key': callerKey,
      'x-ai-proxy-key': callerKey,
      'x-portkey-api-key': callerKey,
      'cf-aig-authorization': callerKey,
      cookie: `session=${callerKey}`,
      'proxy-authorization': callerKey,
    };
    expect((await ask(chatRequest({}, { headers }))).status).toBe(200);
    expect((await ask(makeRequest('/test/chat', { model: 'm' }, { headers }))).status).toBe(200);
    expect(upstream.requests).toHaveLength(2);
    for (const request of upstream.requests) {
      expect(request.headers.authorization).toBe(expected);
      expect(JSON.stringify(request.headers)).not.toContain(callerKey);
      expect(request.body).not.toContain(callerKey);
    }
  });

  it('is fetched at each use', async () => {
    let uses = 0;
    const { ask, upstream } = await serve(answerWell, () => `key-number-${(uses += 1)}`);
    await ask(chatRequest());
    await ask(chatRequest());
    expect(upstream.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer key-number-1', 'Bearer key-number-2']);
  });

  it('that cannot be fetched is a failure of the proxy which says nothing of it', async () => {
    const { ask, upstream, logs } = await serve(answerWell, () => Promise.reject(new Error('vault says no')));
    const answer = await ask(chatRequest());
    expect([answer.status, answer.error().code]).toEqual([500, 'internal_error']);
    expect(answer.text).not.toContain('vault');
    expect(logs.map(({ level }) => level)).toEqual(['error']);
    expect(upstream.requests).toEqual([]);
  });
});

describe('a credential that the caller brings', () => {
  it.each<[string, HttpHeaders, string | undefined]>([
    ['Authorization', { authorization: `Bearer ${callerKey}` }, callerKey],
    ['Authorization in any case', { authorization: `bEARER   ${callerKey}` }, callerKey],
    ['x-api-key', { 'x-api-key': callerKey }, callerKey],
    ['api-key', { 'api-key': callerKey }, callerKey],
    ['Authorization beside a key of the gateway', { authorization: `Bearer ${callerKey}`, 'x-ai-proxy-key': 'gw' }, callerKey],
    ['Authorization beside Portkey’s header', { authorization: `Bearer ${callerKey}`, 'x-portkey-api-key': 'gw' }, callerKey],
    ['Authorization beside Cloudflare’s header', { authorization: `Bearer ${callerKey}`, 'cf-aig-authorization': 'gw' }, callerKey],
    ['Authorization before x-api-key', { authorization: `Bearer ${callerKey}`, 'x-api-key': 'other' }, callerKey],
    ['x-api-key beside a key of the gateway, whose it may be', { 'x-api-key': callerKey, 'x-ai-proxy-key': 'gw' }, undefined],
    ['Basic', { authorization: 'Basic dXNlcjpwYXNz' }, undefined],
    ['an empty Bearer', { authorization: 'Bearer ' }, undefined],
    ['two words', { authorization: 'Bearer a b' }, undefined],
    ['a key of the gateway alone', { 'x-ai-proxy-key': 'gw' }, undefined],
    ['nothing', {}, undefined],
    ['an inherited header', Object.create({ authorization: `Bearer ${callerKey}` }) as HttpHeaders, undefined],
  ])('in %s', async (_what, headers, expected) => {
    const provider = testProvider('http://127.0.0.1:1', { apiKey: fromCaller });
    const credential = credentialFor(provider, headers);
    if (expected === undefined)
      await expect(credential).rejects.toMatchObject({ status: 401, code: 'credential_missing', source: 'caller' });
    else expect(await credential).toBe(expected);
  });

  it('goes up, and is the only thing of it that does', async () => {
    const { ask, upstream } = await serve(answerWell, fromCaller);
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${callerKey}`, 'x-ai-proxy-key': 'gateway-key' };
    expect((await ask(chatRequest({}, { headers }))).status).toBe(200);
    expect(upstream.requests[0]?.headers.authorization).toBe(`Bearer ${callerKey}`);
    expect(JSON.stringify(upstream.requests[0]?.headers)).not.toContain('gateway-key');
  });

  it('that is missing is a 401 that says how to send it, and nothing goes up', async () => {
    const { ask, upstream } = await serve(answerWell, fromCaller);
    const answer = await ask(chatRequest());
    expect([answer.status, answer.error().type, answer.error().code]).toEqual([401, 'authentication_error', 'credential_missing']);
    expect(answer.error().message).toContain('Authorization: Bearer');
    expect(upstream.requests).toEqual([]);
  });

  it.each([401, 403])('and that is refused with %d is told as it is', async (status) => {
    const { ask } = await serve((_request, response) => sendJson(response, status, { error: { message: 'wrong key' } }), fromCaller);
    const answer = await ask(chatRequest({}, { headers: { 'content-type': 'application/json', authorization: `Bearer ${callerKey}` } }));
    expect([answer.status, answer.error().message]).toEqual([status, 'wrong key']);
  });
});

describe('the operator’s key in what a provider says', () => {
  const jsonKey = JSON.stringify(operatorKey).slice(1, -1);
  const escaped = Array.from(operatorKey, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
  const sayings: [string, (status: number) => Answer][] = [
    [
      'text',
      (status) => (_request, response) => void response.writeHead(status, { 'content-type': 'text/plain' }).end(`bad key ${operatorKey}!`),
    ],
    [
      'JSON',
      (status) => (_request, response) => sendJson(response, status, { error: { message: `bad key ${operatorKey}!` }, [operatorKey]: 1 }),
    ],
    [
      'escaped JSON',
      (status) => (_request, response) =>
        void response.writeHead(status, { 'content-type': 'application/json' }).end(`{"error":{"message":"bad key ${escaped}!"}}`),
    ],
    [
      'headers',
      (status) => (_request, response) =>
        sendJson(response, status, { error: { message: 'bad key!' } }, { 'x-debug': `key=${operatorKey}`, 'x-upstream-id': 'u-1' }),
    ],
  ];
  const secrets = [operatorKey, jsonKey, escaped];
  const expectNothingOf = (text: string): void => {
    for (const secret of secrets) expect(text).not.toContain(secret);
  };

  it.each(sayings.flatMap(([what, answer]) => [400, 401, 403, 429, 500].map((status) => [what, status, answer(status)] as const)))(
    'never comes down: %s with %d',
    async (_what, status, answer) => {
      const { ask, logs, receipts } = await serve(answer, operatorKey);
      const translated = await ask(chatRequest());
      const streamed = await ask(streamRequest());
      const native = await ask(makeRequest('/test/chat', { model: 'm' }));
      for (const reply of [translated, streamed, native]) {
        expectNothingOf(reply.text);
        expectNothingOf(JSON.stringify(reply.headers));
      }
      expectNothingOf(JSON.stringify([logs, receipts]));
      // About the operator's credential: not the caller's fault in his own face, untouched on the provider's routes.
      const aboutKey = status === 401 || status === 403;
      expect(translated.status).toBe(aboutKey ? 502 : status);
      if (aboutKey) expect(translated.error().code).toBe('provider_credentials');
      else expect(translated.error().message).toMatch(/bad key(?: \[redacted\])?!/);
      expect(native.status).toBe(status);
      expect(native.text).toMatch(/bad key(?: \[redacted\])?!/);
      expect(receipts.map((receipt) => receipt.status)).toEqual([translated.status, translated.status, status]);
    },
  );

  it('never comes down in an error that wears a 200, in any form', async () => {
    const { ask } = await serve(
      (_request, response) => sendJson(response, 200, { error: { message: `bad key ${operatorKey}!`, status: 418 } }),
      operatorKey,
    );
    for (const request of [chatRequest(), streamRequest(), makeRequest('/test/chat', { model: 'm' })]) {
      const answer = await ask(request);
      expect(answer.status).toBe(418);
      expectNothingOf(answer.text);
      expect(answer.text).toContain('bad key [redacted]!');
    }
  });

  it('never comes down in an error inside a stream', async () => {
    const { ask } = await serve((_request, response) => {
      startEvents(response);
      response.end(
        `${role}data: ${JSON.stringify({ choices: [{ delta: { content: 'x' } }] })}\n\ndata: ${JSON.stringify({ error: { message: `bad ${operatorKey}!` } })}\n\n${done}`,
      );
    }, operatorKey);
    const answer = await ask(streamRequest());
    expectNothingOf(answer.text);
    expect(answer.text).toContain('bad [redacted]!');
  });

  it('never comes down in the headers of a good native answer', async () => {
    const { ask } = await serve(
      (_request, response) => sendJson(response, 200, { text: 'hi' }, { 'x-debug': operatorKey, 'x-fine': 'yes' }),
      operatorKey,
    );
    const answer = await ask(makeRequest('/test/chat', { model: 'm' }));
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({ 'x-fine': 'yes' });
    expectNothingOf(JSON.stringify(answer.headers));
  });

  it('and a refusal that is not about it is the caller’s: it keeps its status', async () => {
    const { ask, logs } = await serve(
      (_request, response) => sendJson(response, 403, { error: { message: 'forbidden model', credentials: false } }),
      operatorKey,
    );
    const answer = await ask(chatRequest());
    expect([answer.status, answer.error().message, logs]).toEqual([403, 'forbidden model', []]);
  });

  it('is named to the operator as what is wrong', async () => {
    const { ask, logs, receipts } = await serve((_request, response) => sendJson(response, 401, { error: { message: 'no' } }), operatorKey);
    await ask(chatRequest());
    expect(logs).toMatchObject([{ level: 'warn', message: 'a provider refused its credential', fields: { provider: 'test' } }]);
    expect(receipts).toMatchObject([{ outcome: 'provider_error', code: 'provider_credentials', status: 502 }]);
  });
});
