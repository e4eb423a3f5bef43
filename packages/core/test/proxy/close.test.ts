import { describe, expect, it } from 'vitest';
import { done, finish, role, text } from '../fixtures/answers.ts';
import { createGate } from '../fixtures/gate.ts';
import { startEvents, startUpstream } from '../fixtures/http-upstream.ts';
import { makeProxy } from '../fixtures/make-proxy.ts';
import { chatRequest, hello, makeRequest, streamRequest } from '../fixtures/make-request.ts';
import { contentOf, readReply } from '../fixtures/read-reply.ts';
import { testProvider } from '../fixtures/test-provider.ts';
import { trackTimers } from '../fixtures/timers.ts';

describe('closing a proxy', () => {
  it('is done at once where nothing is under way, as often as it is asked for', async () => {
    const timersArmed = trackTimers();
    const { proxy } = makeProxy([testProvider('http://127.0.0.1:1')]);
    await Promise.all([proxy.close(), proxy.close(), proxy.close({ grace: 0 })]);
    await proxy.close();
    expect(timersArmed()).toBe(0);
  });

  it('refuses new calls with 503 that says to come again', async () => {
    const { proxy, ask, receipts } = makeProxy([testProvider('http://127.0.0.1:1')]);
    await proxy.close();
    for (const request of [chatRequest(), streamRequest(), makeRequest('/v1/models'), makeRequest('/test/files', {})]) {
      const answer = await ask(request);
      expect(answer.status).toBe(503);
      expect(answer.headers['retry-after']).toBe('1');
    }
    expect((await ask(chatRequest())).error().code).toBe('shutting_down');
    expect(receipts).toEqual([]);
  });

  it('lets calls finish that do so within their grace', async () => {
    const timersArmed = trackTimers();
    const gate = createGate();
    const upstream = await startUpstream(async (_request, response) => {
      startEvents(response);
      response.write(role + text('hel'));
      await gate.opened;
      response.end(text('lo') + finish + done);
    });
    const { proxy, handle, receipts } = makeProxy([testProvider(upstream.url)]);
    const reading = readReply(await handle(streamRequest()));
    let isClosed = false;
    const closing = proxy.close({ grace: 60_000 }).then(() => {
      isClosed = true;
    });
    const again = proxy.close({ grace: 60_000 });
    expect((await handle(chatRequest()))?.status).toBe(503);
    expect(isClosed).toBe(false);
    gate.open();
    const answer = await reading;
    await Promise.all([closing, again]);
    expect([contentOf(answer.events()), answer.events().at(-1), answer.failure]).toEqual(['hello', '[DONE]', undefined]);
    expect(receipts).toMatchObject([{ outcome: 'ok' }]);
    expect(timersArmed()).toBe(0);
  });

  it('ends the others when their grace is over: with an error event, and upstream too', async () => {
    const upstream = await startUpstream((_request, response) => {
      startEvents(response);
      response.write(role + text('hel'));
    });
    const { proxy, handle, receipts } = makeProxy([testProvider(upstream.url)]);
    const reading = readReply(await handle(streamRequest()));
    await proxy.close({ grace: 10 });
    const answer = await reading;
    expect(contentOf(answer.events())).toBe('hel');
    expect(answer.events().at(-1)).toMatchObject({ error: { code: 'shutting_down' } });
    expect(answer.failure).toMatchObject({ code: 'shutting_down' });
    expect(await (await upstream.request(0)).closed).toBe(false);
    expect(receipts).toMatchObject([{ outcome: 'shutting_down', code: 'shutting_down' }]);
  });

  it('ends what waits for its headers with 503', async () => {
    const upstream = await startUpstream(() => {});
    const { proxy, ask } = makeProxy([testProvider(upstream.url)]);
    const answers = Promise.all([ask(chatRequest()), ask(streamRequest())]);
    await upstream.request(1);
    await proxy.close({ grace: 0 });
    expect((await answers).map(({ status }) => status)).toEqual([503, 503]);
  });

  it('does not wait for an answer that nobody reads', async () => {
    const upstream = await startUpstream((_request, response) => {
      startEvents(response);
      response.write(role + text('hel'));
    });
    const { proxy, handle, receipts } = makeProxy([testProvider(upstream.url)]);
    await handle(streamRequest());
    await proxy.close({ grace: 10 });
    expect(receipts).toMatchObject([{ code: 'shutting_down' }]);
  });

  it('refuses a call whose upload outlasted it', async () => {
    const gate = createGate();
    const { proxy, ask } = makeProxy([testProvider('http://127.0.0.1:1')]);
    const stream = (async function* () {
      await gate.opened;
      yield new TextEncoder().encode(JSON.stringify(hello));
    })();
    const answer = ask(chatRequest({}, { body: { kind: 'stream', stream } }));
    await proxy.close();
    gate.open();
    expect((await answer).status).toBe(503);
  });
});
