import { deepEqual, equal } from 'node:assert/strict';
import { createTransport } from '@ai-proxy/core';
import type { Transport } from '@ai-proxy/core';
import { answerHead } from '../../raw/script.ts';
import type { Script } from '../../raw/script.ts';
import type { Behaviour } from '../behaviour.ts';
import { headBytes, requestBytes } from '../caller/request-bytes.ts';
import type { CallerRequest } from '../caller/open-call.ts';
import { chatEvent, piece, streamHead } from '../upstream/contract-answers.ts';
import { chat, peerLeaves, streamedChat, streamedLines, until } from './requests.ts';

const whileUploading: Behaviour = {
  name: 'a caller who leaves in the middle of his upload has asked nobody',
  needs: ['sockets', 'unread-bodies'],
  async run(scene) {
    const { connect, mount, upstream, receipt, ask } = await scene.open();
    const connection = connect();
    const request = { ...chat(), headers: { expect: '100-continue' } };

    await connection.write(headBytes(mount, request));
    await connection.receivedRaw('100 Continue');
    await connection.write(request.body.slice(0, 20));
    connection.leave();

    equal((await receipt()).outcome, 'caller_left');
    equal(upstream.requests.length, 0);
    equal((await ask(chat())).status, 200);
  },
};

const whileConnecting: Behaviour = {
  name: 'a caller who leaves before the upstream is connected never reaches it',
  async run(scene) {
    const reached = Promise.withResolvers<AbortSignal>();
    const gone = Promise.withResolvers<void>();
    const direct = createTransport();
    const transport: Transport = {
      async send(request) {
        reached.resolve(request.signal);
        await gone.promise;
        return direct.send(request);
      },
      close: () => direct.close(),
    };
    const { call, upstream, receipt } = await scene.open({ options: { transport } });

    const begun = call(chat());
    const signal = await reached.promise;
    begun.leave();
    await until(() => signal.aborted);
    gone.resolve();

    equal((await receipt()).outcome, 'caller_left');
    equal((await begun.answer).ending, 'left');
    equal(upstream.connections, 0);
  },
};

/** A caller who leaves when the upstream has been asked, and has said this much. */
const leavesAfterAsking = (name: string, request: CallerRequest, line: string, script: Script): Behaviour => ({
  name,
  async run(scene) {
    const { call, upstream, receipt, ask } = await scene.open({ answers: { [line]: [...script, ['hang']] } });

    const begun = call(request);
    const { connection } = await upstream.request(0);
    begun.leave();

    await peerLeaves(upstream, connection);
    equal((await receipt()).outcome, 'caller_left');
    equal((await begun.answer).ending, 'left');
    equal((await ask({ path: '/v1/models' })).status, 200);
  },
});

/** A caller who leaves when this much of his answer has come. */
const leavesAfterReading = (name: string, request: CallerRequest, line: string, script: Script, part: string): Behaviour => ({
  name,
  async run(scene) {
    const { call, upstream, receipt, ask } = await scene.open({
      options: { timeouts: { headers: 5 } },
      answers: { [line]: [...script, ['hang']] },
    });

    const begun = call(request);
    const { connection } = await upstream.request(0);
    await begun.head;
    await begun.received(part);
    begun.leave();

    await peerLeaves(upstream, connection);
    equal((await receipt()).outcome, 'caller_left');
    equal((await begun.answer).ending, 'left');
    equal((await ask({ path: '/v1/models' })).status, 200);
  },
});

const byReset: Behaviour = {
  name: 'a caller whose connection is reset in the middle of a stream closes the upstream',
  needs: ['sockets'],
  async run(scene) {
    const { call, upstream, receipt, ask } = await scene.open({
      answers: { 'POST /v1/chat/completions': [streamHead(), piece(chatEvent('one')), ['hang']] },
    });

    const stream = call(streamedChat());
    await stream.received('"content":"one"');
    const { connection } = await upstream.request(0);
    stream.leave('reset');

    await peerLeaves(upstream, connection);
    equal((await receipt()).outcome, 'caller_left');
    equal((await ask({ path: '/v1/models' })).status, 200);
  },
};

const severalAtOnce: Behaviour = {
  name: 'a caller who leaves with several requests on one connection closes the upstream of each',
  needs: ['sockets'],
  async run(scene) {
    const { connect, mount, upstream, receipt, receipts } = await scene.open({
      answers: { 'POST /v1/chat/completions': [['hang']], 'POST /v1/generate': [['hang']], 'GET /v1/files/1': [['hang']] },
    });
    const connection = connect();
    const requests = [chat(), streamedLines(), { path: '/contract/v1/files/1' }];

    await connection.write(Buffer.concat(requests.map((request) => requestBytes(mount, request))));
    const asked = await Promise.all(requests.map((_, index) => upstream.request(index)));
    connection.leave();

    for (const { connection: each } of asked) await peerLeaves(upstream, each);
    await receipt(requests.length - 1);
    deepEqual(
      receipts.map(({ outcome }) => outcome),
      requests.map(() => 'caller_left'),
    );
  },
};

const whileRelayingUp: Behaviour = {
  name: 'a caller who leaves in the middle of a relayed upload stops it',
  needs: ['sockets', 'unread-bodies'],
  async run(scene) {
    const { connect, mount, upstream, receipt } = await scene.open();
    const connection = connect();
    const request = { path: '/contract/v1/files', body: 'x'.repeat(100_000) };

    await connection.write(headBytes(mount, request));
    await connection.write(request.body.slice(0, 50_000));
    await until(() => upstream.connections === 1);
    connection.leave();

    await peerLeaves(upstream, 0);
    equal((await receipt()).outcome, 'caller_left');
    equal(upstream.requests.length, 0);
  },
};

const chatLine = 'POST /v1/chat/completions';
const half = answerHead(200, { 'content-type': 'application/json', 'content-length': '1000' });

/** Callers who go away, in every phase of their call. */
export const leavingBehaviours: readonly Behaviour[] = [
  whileUploading,
  whileConnecting,
  leavesAfterAsking('a caller who leaves while a whole answer is awaited closes the upstream', chat(), chatLine, []),
  leavesAfterAsking('a caller who leaves in the middle of a whole answer closes the upstream', chat(), chatLine, [
    ['write', `${half}{"id":`],
  ]),
  leavesAfterAsking('a caller who leaves while a stream is awaited closes the upstream', streamedChat(), chatLine, []),
  leavesAfterReading(
    'a caller who leaves before the first content of a stream closes the upstream',
    streamedChat(),
    chatLine,
    [streamHead(), piece(': thinking\n\n')],
    '',
  ),
  leavesAfterReading(
    'a caller who leaves in the middle of a stream closes the upstream',
    streamedChat(),
    chatLine,
    [streamHead(), piece(chatEvent('one'))],
    '"content":"one"',
  ),
  byReset,
  leavesAfterReading(
    "a caller who leaves in the middle of the provider's own stream closes the upstream",
    streamedLines(),
    'POST /v1/generate',
    [streamHead('application/x-ndjson'), piece('{"text":"one"}\n')],
    '{"text":"one"}\n',
  ),
  severalAtOnce,
  whileRelayingUp,
  leavesAfterAsking(
    'a caller who leaves while a relayed answer is awaited closes the upstream',
    { path: '/contract/v1/files/1' },
    'GET /v1/files/1',
    [],
  ),
  leavesAfterReading(
    'a caller who leaves in the middle of a relayed download closes the upstream',
    { path: '/contract/v1/files/1/content' },
    'GET /v1/files/1/content',
    [['write', `${answerHead(200, { 'content-type': 'text/plain', 'content-length': '1000' })}some`]],
    'some',
  ),
];
