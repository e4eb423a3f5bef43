import { equal, match } from 'node:assert/strict';
import { answerHead } from '../../raw/script.ts';
import type { Behaviour } from '../behaviour.ts';
import type { CallerRequest } from '../caller/open-call.ts';
import { requestBytes } from '../caller/request-bytes.ts';
import { jsonAnswer, wholeAnswer } from '../upstream/contract-answers.ts';
import { operatorKey } from '../upstream/contract-provider.ts';
import { headerOf, peerLeaves } from './requests.ts';

const upgrade = (path: string, headers: Readonly<Record<string, string>> = {}): CallerRequest => ({
  path,
  headers: {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    ...headers,
  },
});

const accepted = answerHead(101, {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-accept': 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
  'set-cookie': 'canary=1',
});

const relaysBothWays: Behaviour = {
  name: 'an upgrade to WebSocket is relayed both ways, with the credential of the operator',
  needs: ['sockets', 'websocket'],
  async run(scene) {
    const { connect, mount, upstream } = await scene.open({
      answers: { 'GET /v1/realtime': [['write', `${accepted}hello`]], 'GET /through': wholeAnswer(200, {}, 'and back') },
    });
    const connection = connect();
    const request = upgrade('/contract/v1/realtime?model=anvil', { authorization: 'Bearer canary', cookie: 'canary=1' });

    await connection.write(requestBytes(mount, request));
    const reading = connection.read(request);
    await reading.received('hello');
    // To the tunnel it is bytes like any; the upstream takes it for its next request, and so can tell that it came.
    await connection.write('GET /through HTTP/1.1\r\n\r\n');
    await reading.received('and back');

    const { status, headers } = await reading.head;
    equal(status, 101);
    equal(headers['sec-websocket-accept'], 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
    equal(headers['set-cookie'], undefined);
    const [seen, through] = upstream.requests;
    equal(seen?.start, 'GET /v1/realtime?model=anvil HTTP/1.1');
    equal(headerOf(seen, 'authorization'), `Bearer ${operatorKey}`);
    equal(headerOf(seen, 'cookie'), undefined);
    equal(through?.connection, seen?.connection);
  },
};

const stopsWithItsCaller: Behaviour = {
  name: 'a caller who leaves a WebSocket closes the upstream',
  needs: ['sockets', 'websocket'],
  async run(scene) {
    const { connect, mount, upstream, receipt } = await scene.open({ answers: { 'GET /v1/realtime': [['write', `${accepted}hello`]] } });
    const connection = connect();
    const request = upgrade('/contract/v1/realtime');

    await connection.write(requestBytes(mount, request));
    await connection.read(request).received('hello');
    connection.leave();

    await peerLeaves(upstream, 0);
    equal((await receipt()).status, 101);
  },
};

const refuses: Behaviour = {
  name: 'an upgrade at a path that has none is a 404, and nothing goes up',
  needs: ['sockets', 'websocket'],
  async run(scene) {
    const { connect, mount, upstream } = await scene.open();
    const connection = connect();
    const request = upgrade('/v1/chat/completions');

    await connection.write(requestBytes(mount, request));
    const answer = await connection.read(request).answer;

    match(String(answer.status), /^40[45]$/);
    equal(answer.ending, 'complete');
    equal(upstream.requests.length, 0);
  },
};

const handsRefusalsOn: Behaviour = {
  name: "an upgrade that the provider refuses has the provider's answer",
  needs: ['sockets', 'websocket'],
  async run(scene) {
    const { connect, mount } = await scene.open({ answers: { 'GET /v1/realtime': jsonAnswer(403, { error: 'Not for you.' }) } });
    const connection = connect();
    const request = upgrade('/contract/v1/realtime');

    await connection.write(requestBytes(mount, request));
    const answer = await connection.read(request).answer;

    equal(answer.status, 403);
    equal(answer.text, '{"error":"Not for you."}');
  },
};

const refusesNobody: Behaviour = {
  name: 'an upgrade is refused where the application asks who is there and cannot be told for an upgrade',
  needs: ['sockets', 'websocket'],
  async run(scene) {
    const { connect, mount, upstream } = await scene.open({ askCaller: () => ({ id: 'somebody' }) });
    const connection = connect();
    const request = upgrade('/contract/v1/realtime');

    await connection.write(requestBytes(mount, request));
    const answer = await connection.read(request).answer;

    equal(answer.status, 401);
    equal(answer.ending, 'complete');
    equal(upstream.requests.length, 0);
  },
};

/** WebSockets. */
export const upgradeBehaviours: readonly Behaviour[] = [relaysBothWays, stopsWithItsCaller, refuses, handsRefusalsOn, refusesNobody];
