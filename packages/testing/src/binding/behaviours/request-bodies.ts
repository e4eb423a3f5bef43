import { deepEqual, equal, match } from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { chunk } from '../../raw/script.ts';
import type { Behaviour } from '../behaviour.ts';
import { headBytes, requestBytes } from '../caller/request-bytes.ts';
import { chat, headerOf, jsonOf, sameBytes } from './requests.ts';

const goesUp = { ...(JSON.parse(chat().body) as object), model: 'anvil' };

const inChunks: Behaviour = {
  name: 'a body that comes in chunks goes up whole',
  needs: ['sockets'],
  async run(scene) {
    const { connect, mount, upstream } = await scene.open();
    const connection = connect();
    const request = { ...chat(), headers: { 'transfer-encoding': 'chunked' } };
    const bytes = Buffer.from(request.body);

    await connection.write(headBytes(mount, request));
    for (let at = 0; at < bytes.length; at += 7) await connection.write(chunk(bytes.subarray(at, at + 7)));
    await connection.write(chunk(''));
    const answer = await connection.read(request).answer;

    equal(answer.status, 200);
    deepEqual(jsonOf(upstream.requests[0]), goesUp);
  },
};

const ofTenMegabytes: Behaviour = {
  name: 'a body of ten megabytes goes up whole',
  needs: ['unread-bodies'],
  async run(scene) {
    const { ask, upstream } = await scene.open();
    const content = 'é'.repeat(5_000_000);

    const answer = await ask({ path: '/contract/v1/chat/completions', body: JSON.stringify({ model: 'anvil', content }) });

    equal(answer.status, 200);
    sameBytes(upstream.requests[0]?.body, Buffer.from(JSON.stringify({ model: 'anvil', content })));
  },
};

const compressed: Behaviour = {
  name: 'a compressed body goes up plain',
  needs: ['unread-bodies'],
  async run(scene) {
    const { ask, upstream } = await scene.open();

    const answer = await ask({ ...chat(), body: gzipSync(chat().body), headers: { 'content-encoding': 'gzip' } });

    equal(answer.status, 200);
    equal(headerOf(upstream.requests[0], 'content-encoding'), undefined);
    deepEqual(jsonOf(upstream.requests[0]), goesUp);
  },
};

const withCharset: Behaviour = {
  name: 'a body that names its charset and begins with a mark of its byte order is taken',
  async run(scene) {
    const { ask, upstream } = await scene.open();

    const answer = await ask({ ...chat(), body: `\uFEFF${chat().body}`, headers: { 'content-type': 'application/json; charset=UTF-8' } });

    equal(answer.status, 200);
    deepEqual(jsonOf(upstream.requests[0]), goesUp);
  },
};

const unreadable: Behaviour = {
  name: 'a body that cannot be read is refused, and nothing goes up: none, half of one, no UTF-8, no JSON by its type',
  needs: ['unread-bodies'],
  async run(scene) {
    const { ask, upstream, receipts } = await scene.open();
    const latin1 = Buffer.from(JSON.stringify({ model: 'contract/anvil', messages: [{ role: 'user', content: 'é' }] }), 'latin1');
    const refusals = [
      [{ ...chat(), body: '' }, 400, 'invalid_json'],
      [{ ...chat(), body: chat().body.slice(0, 20) }, 400, 'invalid_json'],
      [{ ...chat(), body: latin1, headers: { 'content-type': 'application/json; charset=iso-8859-1' } }, 400, 'invalid_json'],
      [{ ...chat(), body: 'no gzip', headers: { 'content-encoding': 'gzip' } }, 400, 'invalid_body'],
      [{ ...chat(), headers: { 'content-type': 'text/plain' } }, 415, 'unsupported_media_type'],
    ] as const;

    for (const [request, status, code] of refusals) {
      const answer = await ask(request);
      equal(answer.status, status);
      equal(answer.ending, 'complete');
      match(answer.text, new RegExp(`"code":"${code}"`));
      equal(answer.headers['x-ai-proxy-error-source'], 'caller');
    }

    equal(upstream.requests.length, 0);
    deepEqual(
      receipts.map(({ outcome }) => outcome),
      refusals.map(() => 'refused'),
    );
  },
};

const limits = { body: 1000 };
const tooMuch = JSON.stringify({ model: 'contract/anvil', messages: [{ role: 'user', content: 'x'.repeat(200_000) }] });

const tooLarge = (framing: 'its length' | 'its chunks'): Behaviour => ({
  name: `a body that is too large by ${framing} is a 413, and the connection goes on or is closed in order`,
  needs: ['sockets', 'unread-bodies'],
  async run(scene) {
    const { connect, mount, upstream } = await scene.open({ options: { limits } });
    const connection = connect();
    const request = { ...chat(), body: tooMuch, ...(framing === 'its chunks' ? { headers: { 'transfer-encoding': 'chunked' } } : {}) };

    const reading = connection.read(request);
    await connection.write(headBytes(mount, request));
    if (framing === 'its length') await connection.write(tooMuch);
    else for (let at = 0; at < tooMuch.length; at += 50_000) await connection.write(chunk(tooMuch.slice(at, at + 50_000)));
    if (framing === 'its chunks') await connection.write(chunk(''));
    const answer = await reading.answer;

    equal(answer.status, 413);
    equal(answer.ending, 'complete');
    match(answer.text, /"code":"body_too_large"/);
    equal(upstream.requests.length, 0);
    if (answer.headers['connection'] === 'close') {
      equal(await connection.closed, 'closed');
      return;
    }
    await connection.write(requestBytes(mount, chat()));
    const next = await connection.read(chat()).answer;
    equal(next.status, 200);
    equal(upstream.requests.length, 1);
  },
});

const refusedEarly: Behaviour = {
  name: 'a caller who is refused before his upload is over can read why',
  needs: ['sockets', 'unread-bodies'],
  async run(scene) {
    const { connect, mount, upstream } = await scene.open({ options: { limits } });
    const connection = connect();
    const request = { ...chat(), headers: { 'content-length': '5000000' } };

    await connection.write(headBytes(mount, request));
    const answer = await connection.read(request).answer;

    equal(answer.status, 413);
    equal(answer.ending, 'complete');
    match(answer.text, /"code":"body_too_large"/);
    equal(upstream.requests.length, 0);
  },
};

/** What comes with a request. */
export const requestBodyBehaviours: readonly Behaviour[] = [
  inChunks,
  ofTenMegabytes,
  compressed,
  withCharset,
  unreadable,
  tooLarge('its length'),
  tooLarge('its chunks'),
  refusedEarly,
];
