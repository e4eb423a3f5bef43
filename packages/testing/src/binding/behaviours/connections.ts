import { equal } from 'node:assert/strict';
import type { Behaviour } from '../behaviour.ts';
import { requestBytes } from '../caller/request-bytes.ts';
import { chatEvent, doneEvent, lastChunk, piece, streamHead } from '../upstream/contract-answers.ts';
import { chat, streamedChat } from './requests.ts';

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
      [{ path: '/contract/v1/generate', body: '{"model":"anvil","stream":true}' }, 200],
      [{ path: '/v1/models', method: 'HEAD' }, 200],
      [{ path: '/v1/chat/completions', body: '{' }, 400],
      [{ path: '/contract/v1/files/none' }, 404],
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

const streamThenAnswer: Behaviour = {
  name: 'requests that come at once are answered in their order',
  needs: ['sockets'],
  async run(scene) {
    const { connect, mount, upstream } = await scene.open({
      answers: {
        'POST /v1/chat/completions': [
          streamHead(),
          piece(chatEvent('one')),
          ['waitFor', 'the second'],
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
    upstream.release('the second');

    equal((await first.answer).text.endsWith(doneEvent), true);
    equal((await first.answer).ending, 'complete');
    const answer = await next.answer;
    equal(answer.status, 200);
    equal(answer.ending, 'complete');
  },
};

/** What one connection goes through. */
export const connectionBehaviours: readonly Behaviour[] = [staysAlive, streamThenAnswer];
