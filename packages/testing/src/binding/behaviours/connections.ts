import { deepEqual, equal, ok } from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { Behaviour } from '../behaviour.ts';
import { headBytes, requestBytes } from '../caller/request-bytes.ts';
import { chatBody, chatEvent, doneEvent, lastChunk, piece, streamHead } from '../upstream/contract-answers.ts';
import { chat, headerOf, jsonOf, refusedChat, streamedChat, streamedLines } from './requests.ts';

const staysAlive: Behaviour = {
  name: 'a connection serves one request after the other, whatever the answer before was',
  needs: ['sockets'],
  async run(scene) {
    const { connect, mount, upstream } = await scene.open({
      answers: { 'POST /v1/generate': [streamHead('application/x-ndjson'), piece('{"text":"a"}\n'), piece('{"done":true}\n'), lastChunk] },
    });
    const connection = connect();
    const requests = [
      [chat(), 200],
      [{ path: '/v1/nothing' }, 404],
      [streamedLines(), 200],
      [{ path: '/v1/models', method: 'HEAD' }, 200],
      [refusedChat(), 400],
      [{ path: '/contract/v1/files/none' }, 404],
      [{ path: '/v1/chat/completions' }, 405],
      [{ path: '/v1/models' }, 200],
    ] as const;

    for (const [request, status] of requests) {
      await connection.write(requestBytes(mount, request));
      const answer = await connection.read(request).answer;
      equal(answer.status, status);
      equal(answer.ending, 'complete');
    }

    equal(upstream.requests.length, 4);
  },
};

const answersInOrder: Behaviour = {
  name: 'requests that come at once are answered in their order',
  needs: ['sockets'],
  async run(scene) {
    const { connect, mount, upstream } = await scene.open({
      answers: {
        'POST /v1/chat/completions': [
          streamHead(),
          piece(chatEvent('one')),
          ['waitFor', 'the caller'],
          piece(chatEvent() + doneEvent),
          lastChunk,
        ],
      },
    });
    const connection = connect();
    const second = { path: '/v1/models' };

    await connection.write(Buffer.concat([requestBytes(mount, streamedChat()), requestBytes(mount, second)]));
    const first = connection.read(streamedChat());
    const next = connection.read(second);
    await first.received('"content":"one"');
    upstream.release('the caller');

    const stream = await first.answer;
    equal(stream.ending, 'complete');
    ok(stream.text.endsWith(doneEvent));
    const answer = await next.answer;
    equal(answer.status, 200);
    equal(answer.ending, 'complete');
  },
};

const closesWhenAsked: Behaviour = {
  name: 'a connection that the caller wants closed is closed behind the answer',
  needs: ['sockets'],
  async run(scene) {
    const { connect, mount } = await scene.open();
    const connection = connect();
    const request = { ...chat(), headers: { connection: 'close' } };

    await connection.write(requestBytes(mount, request));
    const answer = await connection.read(request).answer;

    equal(answer.ending, 'complete');
    deepEqual(JSON.parse(answer.text), chatBody);
    equal(answer.headers['connection'], 'close');
    equal(await connection.closed, 'closed');
  },
};

const saysContinue: Behaviour = {
  name: 'a caller who asks whether to go on is told so, and sends the rest as slowly as he likes',
  needs: ['sockets'],
  async run(scene) {
    const { connect, mount, upstream } = await scene.open();
    const connection = connect();
    const request = { ...chat(), headers: { expect: '100-continue' } };

    await connection.write(headBytes(mount, request));
    await connection.receivedRaw('HTTP/1.1 100 Continue\r\n\r\n');
    const reading = connection.read(request);
    for (const byte of Buffer.from(request.body)) await connection.write(Uint8Array.of(byte));
    const answer = await reading.answer;

    equal(answer.status, 200);
    equal(answer.ending, 'complete');
    equal(headerOf(upstream.requests[0], 'expect'), undefined);
    equal((jsonOf(upstream.requests[0]) as { model?: string }).model, 'anvil');
  },
};

const offersAnother: Behaviour = {
  name: 'a request that offers another protocol, as those of Java do, is answered in this one',
  needs: ['sockets'],
  async run(scene) {
    const { connect, mount, upstream } = await scene.open();
    const connection = connect();
    const offer = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABkAAQCAAAAAAIAAAAA' };
    const request = { ...chat(), headers: offer };

    await connection.write(requestBytes(mount, request));
    const answer = await connection.read(request).answer;
    await connection.write(requestBytes(mount, chat()));
    const next = await connection.read(chat()).answer;

    equal(answer.status, 200);
    deepEqual(JSON.parse(answer.text), chatBody);
    equal(next.status, 200);
    deepEqual(jsonOf(upstream.requests[0]), jsonOf(upstream.requests[1]));
  },
};

const offersAnotherSlowly: Behaviour = {
  name: 'a request that offers another protocol, and sends its body after that, is answered in this one',
  needs: ['sockets'],
  async run(scene) {
    const { connect, mount, upstream } = await scene.open();
    const connection = connect();
    const offer = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABkAAQCAAAAAAIAAAAA' };
    const request = { ...chat(), headers: offer };

    await connection.write(headBytes(mount, request));
    await delay(20);
    await connection.write(request.body);
    const answer = await connection.read(request).answer;

    equal(answer.status, 200);
    deepEqual(JSON.parse(answer.text), chatBody);
    equal(upstream.requests.length, 1);
  },
};

const toJson = (line: string): unknown => (line === '' ? line : JSON.parse(line));

const oldCaller = (mount: URL, { path, body }: { path: string; body: string }): string =>
  `POST ${mount.pathname}${path} HTTP/1.0\r\nhost: ${mount.host}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

const speaksHttp10: Behaviour = {
  name: 'a caller of HTTP/1.0 gets answers that he can read: whole ones, and streams without chunks',
  needs: ['sockets', 'http-1.0'],
  async run(scene) {
    const { connect, mount } = await scene.open({
      answers: { 'POST /v1/generate': [streamHead('application/x-ndjson'), piece('{"text":"a"}\n'), piece('{"done":true}\n'), lastChunk] },
    });

    const requests = [
      [chat(), JSON.stringify(chatBody)],
      [streamedLines(), '{"text":"a"}\n{"done":true}\n'],
    ] as const;
    for (const [request, text] of requests) {
      const connection = connect();
      await connection.write(oldCaller(mount, request));
      const answer = await connection.read(request).answer;
      equal(answer.status, 200);
      equal(answer.headers['transfer-encoding'], undefined);
      deepEqual(answer.text.split('\n').map(toJson), text.split('\n').map(toJson));
      equal(await connection.closed, 'closed');
    }
  },
};

const resetsHttp10: Behaviour = {
  name: 'a stream that breaks ends in a reset for a caller of HTTP/1.0, to whom a closed connection is a whole answer',
  needs: ['sockets', 'http-1.0'],
  async run(scene) {
    const { connect, mount, upstream } = await scene.open({
      answers: { 'POST /v1/generate': [streamHead('application/x-ndjson'), piece('{"text":"a"}\n'), ['waitFor', 'the caller'], ['reset']] },
    });
    const connection = connect();

    await connection.write(oldCaller(mount, streamedLines()));
    const reading = connection.read(streamedLines());
    await reading.received('{"text":"a"}\n');
    upstream.release('the caller');

    equal(await connection.closed, 'reset');
  },
};

/** What one connection goes through. */
export const connectionBehaviours: readonly Behaviour[] = [
  staysAlive,
  answersInOrder,
  closesWhenAsked,
  saysContinue,
  offersAnother,
  offersAnotherSlowly,
  speaksHttp10,
  resetsHttp10,
];
