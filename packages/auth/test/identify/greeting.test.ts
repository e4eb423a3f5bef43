import type { HttpRequest } from '@ai-proxy/core';
import { describe, expect, it } from 'vitest';
import { makeRequest } from '../../../core/test/fixtures/make-request.ts';
import { createKey } from '../../src/index.ts';
import { grantOfCaller } from '../../src/grant.ts';
import type { WayIn } from '../../src/index.ts';
import { asked, makeGateway } from '../fixtures/make-gateway.ts';
import type { Gateway, GatewayOptions } from '../fixtures/make-gateway.ts';

const body = JSON.stringify({ model: 'test/small', messages: [{ role: 'user', content: 'hello' }], max_tokens: 10 });

/** A chat whose body counts how often it is read. */
function upload(text: string, credential?: string, target = '/v1/chat/completions'): { request: HttpRequest; reads: () => number } {
  let reads = 0;
  async function* stream(): AsyncGenerator<Uint8Array> {
    reads += 1;
    yield new TextEncoder().encode(text);
  }
  const request = makeRequest(target, undefined, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(credential === undefined ? {} : { authorization: `Bearer ${credential}` }) },
    body: { kind: 'stream', stream: { [Symbol.asyncIterator]: stream } },
  });
  return { request, reads: () => reads };
}

async function send(gateway: Gateway, text: string, credential?: string): Promise<readonly [number, unknown, number]> {
  const { request, reads } = upload(text, credential);
  const answer = await gateway.ask(request);
  return [answer.status, answer.status === 200 ? undefined : answer.error().code, reads()];
}

const wayIn: WayIn = async (credential) => (credential === 'friend' ? grantOfCaller({ id: 'friend' }) : undefined);

describe('before the body of a request is read', () => {
  it('strangers are turned away, whatever they send', async () => {
    const gateway = await makeGateway();
    const blocked = await gateway.addKey({ blocked: true });
    const expired = await gateway.addKey({ expiresAt: 1 });
    for (const text of [body, '{"model":', '[', '{}', 'x'.repeat(100_000)]) {
      expect(await send(gateway, text)).toEqual([401, 'key_missing', 0]);
      expect(await send(gateway, text, 'sk-short')).toEqual([401, 'key_unknown', 0]);
      expect(await send(gateway, text, createKey())).toEqual([401, 'key_unknown', 0]);
      expect(await send(gateway, text, blocked)).toEqual([401, 'key_blocked', 0]);
      expect(await send(gateway, text, expired)).toEqual([401, 'key_expired', 0]);
    }
    expect(asked(gateway.upstream)).toBe(0);
    expect(gateway.receipts.every(({ outcome, attempts }) => outcome === 'refused' && attempts === 0)).toBe(true);
  });

  it('the holder of a good key goes on, and only then is told what is wrong with a body', async () => {
    const gateway = await makeGateway();
    const key = await gateway.addKey();
    expect(await send(gateway, body, key)).toEqual([200, undefined, 1]);
    expect(await send(gateway, '{"model":', key)).toEqual([400, 'invalid_json', 1]);
    expect(asked(gateway.upstream)).toBe(1);
  });

  it('a key that is revoked while the body comes in is refused all the same', async () => {
    const gateway = await makeGateway();
    const key = await gateway.addKey();
    const [record] = (await gateway.store.list()).keys;
    const { request } = upload(body, key);
    async function* slowly(): AsyncGenerator<Uint8Array> {
      if (record)
        await gateway.store.delete(record.id, {
          id: 'change',
          at: 0,
          by: 'operator',
          action: 'delete',
          key: record.id,
          before: {},
          after: {},
        });
      gateway.pass(2000);
      yield new TextEncoder().encode(body);
    }
    const answer = await gateway.ask({ ...request, body: { kind: 'stream', stream: { [Symbol.asyncIterator]: slowly } } });
    expect([answer.status, answer.error().code]).toEqual([401, 'key_unknown']);
    expect(asked(gateway.upstream)).toBe(0);
  });

  it('another way in is asked once for one request', async () => {
    let questions = 0;
    const counted: WayIn = async (credential) => {
      questions += 1;
      return wayIn(credential);
    };
    const gateway = await makeGateway({ waysIn: [counted] });
    expect(await send(gateway, body, 'friend')).toEqual([200, undefined, 1]);
    expect(questions).toBe(1);
    expect(await send(gateway, body, 'stranger')).toEqual([401, 'key_unknown', 0]);
    expect(await send(gateway, body)).toEqual([401, 'key_missing', 0]);
  });

  const undecided: readonly (readonly [string, GatewayOptions, Partial<HttpRequest>])[] = [
    ['the query may hold a key', { queryParameter: 'key' }, {}],
    ['the application knows who is asking', {}, { caller: () => undefined }],
  ];
  it.each(undecided)('nobody is turned away where %s; he is afterwards', async (_, options, differences) => {
    const gateway = await makeGateway(options);
    const { request, reads } = upload(body);
    const answer = await gateway.ask({ ...request, ...differences });
    expect([answer.status, reads(), asked(gateway.upstream)]).toEqual([401, 1, 0]);
  });
});
