import { beforeEach, describe, expect, it } from 'vitest';
import { callerLeft } from '../../src/errors/caller-left.ts';
import { fallback, ProxyError } from '../../src/index.ts';
import type { JsonObject, Provider, ProviderCall, ProviderOperation, ProxyOptions, RemoteFile } from '../../src/index.ts';
import { completion, done, finish, role, stream, text } from '../fixtures/answers.ts';
import { createGate } from '../fixtures/gate.ts';
import { sendJson, startEvents, startUpstream } from '../fixtures/http-upstream.ts';
import type { Answer, HttpUpstream } from '../fixtures/http-upstream.ts';
import { makeProxy } from '../fixtures/make-proxy.ts';
import type { TestProxy } from '../fixtures/make-proxy.ts';
import { chatRequest } from '../fixtures/make-request.ts';
import { contentOf, readReply } from '../fixtures/read-reply.ts';
import { testProvider } from '../fixtures/test-provider.ts';
import { png } from './pictures.ts';

const urlsOf = ({ urls }: JsonObject): string[] => (Array.isArray(urls) ? urls.filter((url) => typeof url === 'string') : []);

/** What was handed to the provider, call by call. */
const given: ProviderCall['fetched'][] = [];
beforeEach(() => {
  given.length = 0;
});

/** A provider that wants the files which `urls` names, and says how long each is; without them it refuses. */
function inlineProvider(baseURL: string, name = 'test'): Provider {
  const provider = testProvider(baseURL, { name });
  const chat = provider.operations.chat as ProviderOperation;
  const fetches = (input: JsonObject): RemoteFile[] =>
    urlsOf(input).map((url, index) => ({ url, param: `urls[${index}]`, accept: ['image/png'] }));
  const request: ProviderOperation['request'] = (input, call) => {
    given.push(call.fetched);
    const lengths = urlsOf(input).map((url) => {
      const fetched = call.fetched?.get(url);
      if (fetched) return fetched.bytes.length;
      throw new ProxyError('send it yourself', { status: 400, code: 'unsupported_parameter', source: 'caller' });
    });
    return chat.request({ ...input, urls: lengths }, call);
  };
  return { ...provider, operations: { ...provider.operations, chat: { ...chat, fetches, request } } };
}

const answerWell: Answer = (request, response) => {
  if (!request.json().stream) return sendJson(response, 200, completion('hi'));
  startEvents(response);
  response.end(stream('hi'));
};

interface House extends TestProxy {
  readonly upstream: HttpUpstream;
  readonly host: HttpUpstream;
  /** A URL of the host that serves pictures. */
  picture(path: string): string;
}

/** A provider, and a host that is trusted, because it is on this machine. */
async function openHouse(answer: Answer = answerWell, serve: Answer = servePicture, more: Partial<ProxyOptions> = {}): Promise<House> {
  const upstream = await startUpstream(answer);
  const host = await startUpstream(serve);
  const remoteFiles = { trustedHosts: [new URL(host.url).host] };
  const providers = [inlineProvider(upstream.url), inlineProvider(upstream.url, 'other')];
  return { ...makeProxy(providers, { remoteFiles, ...more }), upstream, host, picture: (path) => host.url + path };
}

const servePicture: Answer = (_request, response) => {
  response.writeHead(200, { 'content-type': 'image/png' });
  response.end(png());
};

const sentUp = ({ upstream }: House): unknown[] => upstream.requests.map((request) => request.json().urls);

describe('a file that a caller names', () => {
  it.each([false, true])('comes to the provider with the request; stream: %j', async (streams) => {
    const house = await openHouse();
    const answer = await house.ask(chatRequest({ stream: streams, urls: [house.picture('/a'), house.picture('/b'), house.picture('/a')] }));
    expect([answer.status, answer.failure]).toEqual([200, undefined]);
    expect(sentUp(house)).toEqual([[12, 12, 12]]);
    expect(house.host.requests.map(({ url }) => url).toSorted()).toEqual(['/a', '/b']);
  });

  it('is let go of once the stream has begun', async () => {
    const goesOn = createGate();
    const house = await openHouse(async (_request, response) => {
      startEvents(response);
      response.write(role + text('h'));
      await goesOn.opened;
      response.end(text('i') + finish + done);
    });
    const reply = await house.handle(chatRequest({ stream: true, urls: [house.picture('/a')] }));
    expect([sentUp(house), given.map((fetched) => fetched?.size)]).toEqual([[[12]], [0]]);
    goesOn.open();
    expect(contentOf((await readReply(reply)).events())).toBe('hi');
  });

  it('comes from a trusted host by the name that the system knows', async () => {
    const host = await startUpstream(servePicture);
    const named = new URL(host.url).host.replace('127.0.0.1', 'localhost');
    const house = await openHouse(answerWell, servePicture, { remoteFiles: { trustedHosts: [named] } });
    expect((await house.ask(chatRequest({ urls: [`http://${named}/a`] }))).status).toBe(200);
    expect([sentUp(house), host.requests.map(({ headers }) => headers.host)]).toEqual([[[12]], [named]]);
    // The same machine by its address is not what was named.
    expect((await house.ask(chatRequest({ urls: [`${host.url}/a`] }))).error().code).toBe('remote_file_refused');
    expect(host.requests).toHaveLength(1);
  });

  it('takes nothing of the caller along', async () => {
    const house = await openHouse();
    const headers = { 'content-type': 'application/json', authorization: 'Bearer hunter2', cookie: 'a=hunter2', 'user-agent': 'hunter2' };
    await house.ask(chatRequest({ urls: [house.picture('/a')] }, { headers }));
    expect(house.host.requests).toHaveLength(1);
    expect(JSON.stringify(house.host.requests[0]?.headers)).not.toContain('hunter2');
  });

  it('is not fetched again for a retry, nor for the next target', async () => {
    let asked = 0;
    const house = await openHouse(
      (request, response, index) =>
        (asked += 1) < 4 ? sendJson(response, 503, { error: { message: 'later' } }) : answerWell(request, response, index),
      servePicture,
      { retry: { attempts: 1, delay: 0 }, aliases: { both: fallback('test/m', 'other/m') } },
    );
    const answer = await house.ask(chatRequest({ model: 'both', urls: [house.picture('/a')] }));
    expect([answer.status, answer.headers['x-ai-proxy-model'], answer.headers['x-ai-proxy-attempts']]).toEqual([200, 'other/m', '4']);
    expect(sentUp(house)).toEqual([[12], [12], [12], [12]]);
    expect(house.host.requests).toHaveLength(1);
  });

  it('is fetched for nobody where the operator has not switched it on', async () => {
    const house = await openHouse(answerWell, servePicture, { remoteFiles: false });
    const answer = await house.ask(chatRequest({ urls: [house.picture('/a')] }));
    expect([answer.status, answer.error()]).toEqual([400, expect.objectContaining({ message: 'send it yourself' })]);
    expect([house.host.requests, house.upstream.requests]).toEqual([[], []]);
  });

  it('on this machine is not fetched where the operator has not named its host', async () => {
    const house = await openHouse(answerWell, servePicture, { remoteFiles: {} });
    for (const url of [house.picture('/a'), 'http://127.0.0.1/', 'http://[::ffff:127.0.0.1]/']) {
      const answer = await house.ask(chatRequest({ urls: [url] }));
      expect([answer.status, answer.headers['x-ai-proxy-error-source'], answer.error()]).toEqual([
        400,
        'caller',
        { message: expect.any(String) as unknown, type: 'invalid_request_error', param: 'urls[0]', code: 'remote_file_refused' },
      ]);
    }
    expect([house.host.requests, house.upstream.requests]).toEqual([[], []]);
  });

  it('and that does not come, ends the call as the caller’s own mistake, once', async () => {
    const house = await openHouse(
      answerWell,
      (_request, response) => {
        response.writeHead(500);
        response.end('the cause is hunter2');
      },
      { aliases: { both: fallback('test/m', 'other/m') } },
    );
    const answer = await house.ask(chatRequest({ model: 'both', urls: [house.picture('/a')] }));
    expect([answer.status, answer.headers['x-ai-proxy-error-source'], answer.headers['x-ai-proxy-attempts']]).toEqual([400, 'caller', '1']);
    expect(answer.error()).toMatchObject({ param: 'urls[0]', code: 'remote_file_unavailable' });
    expect(answer.text).not.toContain('hunter2');
    expect([house.host.requests.length, house.upstream.requests.length]).toEqual([1, 0]);
    expect(house.logs).toEqual([]);
    expect(await house.receipt(0)).toMatchObject({ outcome: 'refused', code: 'remote_file_unavailable', status: 400 });
  });

  it('is given up when the caller leaves', async () => {
    const house = await openHouse(answerWell, () => {});
    const leaving = new AbortController();
    const asking = house.ask(chatRequest({ urls: [house.picture('/a')] }, { signal: leaving.signal }));
    const request = await house.host.request(0);
    leaving.abort(callerLeft());
    expect(await request.closed).toBe(false);
    expect((await asking).status).toBe(499);
    expect(house.upstream.requests).toEqual([]);
  });

  it('that nobody names leaves a call as it was', async () => {
    const house = await openHouse();
    expect((await house.ask(chatRequest())).status).toBe(200);
    expect([sentUp(house), house.host.requests]).toEqual([[[]], []]);
  });
});
