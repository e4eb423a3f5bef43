import { equal, match, ok } from 'node:assert/strict';
import type { Behaviour } from '../behaviour.ts';
import { chatEvent, doneEvent, lastChunk, piece, streamHead } from '../upstream/contract-answers.ts';
import { refusedChat, streamedChat } from './requests.ts';

const origin = 'https://app.example.com';
const cors = { origins: [origin] };
const preflight = {
  path: '/v1/chat/completions',
  method: 'OPTIONS',
  headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization, content-type' },
};

const answersPreflights: Behaviour = {
  name: 'a preflight of a listed origin is answered, and is no call',
  async run(scene) {
    const { ask, upstream, receipts } = await scene.open({ options: { cors } });

    const answer = await ask(preflight);

    equal(answer.status, 204);
    equal(answer.body.length, 0);
    equal(answer.headers['access-control-allow-origin'], origin);
    match(answer.headers['access-control-allow-methods'] ?? '', /\bPOST\b/);
    match(answer.headers['access-control-allow-headers'] ?? '', /authorization/);
    equal(upstream.requests.length, 0);
    equal(receipts.length, 0);
  },
};

const marksAnswers: Behaviour = {
  name: 'answers to a listed origin say so: whole ones, errors and streams',
  async run(scene) {
    const { ask } = await scene.open({
      options: { cors },
      answers: { 'POST /v1/chat/completions': [streamHead(), piece(chatEvent('one')), piece(chatEvent() + doneEvent), lastChunk] },
    });

    for (const request of [{ path: '/v1/models' }, refusedChat(), streamedChat()]) {
      const { headers } = await ask({ ...request, headers: { origin } });
      equal(headers['access-control-allow-origin'], origin);
      match(headers['vary'] ?? '', /\borigin\b/i);
      match(headers['access-control-expose-headers'] ?? '', /x-ai-proxy-id/);
    }
  },
};

const grantsNothing: Behaviour = {
  name: 'without the option, and to another origin, nothing is granted and nothing goes up',
  async run(scene) {
    const { ask, upstream } = await scene.open({ options: { cors: { origins: ['https://other.example.com'] } } });

    const answers = [await ask(preflight), await ask({ path: '/v1/models', headers: { origin } })];

    match(answers[1]?.text ?? '', /"id":"anvil"/);
    ok(answers.every(({ headers }) => headers['access-control-allow-origin'] === undefined));
    equal(upstream.requests.filter(({ start }) => !start.startsWith('GET /v1/models')).length, 0);
  },
};

/** Pages of other origins. */
export const corsBehaviours: readonly Behaviour[] = [answersPreflights, marksAnswers, grantsNothing];
