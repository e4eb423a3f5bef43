import { deepEqual, equal, match } from 'node:assert/strict';
import type { Behaviour } from '../behaviour.ts';
import { chatBody, jsonAnswer, wholeAnswer } from '../upstream/contract-answers.ts';
import { operatorKey } from '../upstream/contract-provider.ts';
import { chat, headerOf, jsonOf, sameBytes } from './requests.ts';

const answersWhole: Behaviour = {
  name: 'a chat is answered whole, with the headers of the proxy and the credential of the operator',
  async run(scene) {
    const { ask, upstream, receipt } = await scene.open();

    const answer = await ask({ ...chat(), headers: { authorization: 'Bearer canary', cookie: 'canary=1' } });

    equal(answer.status, 200);
    equal(answer.ending, 'complete');
    match(answer.headers['content-type'] ?? '', /^application\/json/);
    deepEqual(JSON.parse(answer.text), chatBody);
    const { id, outcome } = await receipt();
    equal(outcome, 'ok');
    equal(answer.headers['x-ai-proxy-id'], id);
    equal(answer.headers['x-request-id'], id);
    equal(answer.headers['x-ai-proxy-model'], 'contract/anvil');
    equal(answer.headers['x-ai-proxy-attempts'], '1');

    equal(upstream.requests.length, 1);
    const [seen] = upstream.requests;
    equal(headerOf(seen, 'authorization'), `Bearer ${operatorKey}`);
    equal(headerOf(seen, 'cookie'), undefined);
    deepEqual(jsonOf(seen), { ...(JSON.parse(chat().body) as object), model: 'anvil' });
  },
};

const hasItsLength: Behaviour = {
  name: 'a whole answer has its length in bytes, once, and no other framing',
  needs: ['sockets', 'content-length'],
  async run(scene) {
    const { ask } = await scene.open();

    const answer = await ask(chat());

    equal(answer.ending, 'complete');
    equal(answer.headers['content-length'], String(answer.body.length));
    equal(answer.headers['transfer-encoding'], undefined);
    deepEqual(JSON.parse(answer.text), chatBody);
  },
};

const setsHeadersOnce: Behaviour = {
  name: 'no header of an answer comes twice',
  async run(scene) {
    const { ask } = await scene.open();

    const requests = [
      [chat(), 200],
      [{ path: '/v1/nothing' }, 404],
      [{ path: '/contract/v1/files/none' }, 404],
    ] as const;
    for (const [request, status] of requests) {
      const answer = await ask(request);
      equal(answer.status, status);
      const names = answer.headerLines.map(([name]) => name);
      // Cookies and the like are not the proxy's, and `vary` may be set by whoever compresses.
      const own = names.filter((name) => name !== 'vary' && name !== 'set-cookie');
      deepEqual(own.toSorted(), [...new Set(own)].toSorted());
    }
  },
};

const ofMegabytes: Behaviour = {
  name: 'a whole answer of megabytes arrives whole',
  async run(scene) {
    const content = 'é'.repeat(2_000_000);
    const body = { ...chatBody, choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }] };
    const { ask, receipt } = await scene.open({ answers: { 'POST /v1/chat/completions': jsonAnswer(200, body) } });

    const answer = await ask({ ...chat(), path: '/contract/v1/chat/completions' });

    equal(answer.status, 200);
    equal(answer.ending, 'complete');
    sameBytes(answer.body, Buffer.from(JSON.stringify(body)));
    equal((await receipt()).outcome, 'ok');
  },
};

const sideBySide: Behaviour = {
  name: 'calls side by side get each its own answer',
  async run(scene) {
    const { ask, upstream, receipts } = await scene.open({
      answers: {
        'POST /v1/chat/completions': (request) => {
          const text = new TextDecoder().decode(request);
          return jsonAnswer(200, { echo: /"n":(\d+)/.exec(text)?.[1] });
        },
      },
    });
    const numbers = Array.from({ length: 20 }, (_, n) => n);

    const answers = await Promise.all(
      numbers.map((n) => ask({ path: '/contract/v1/chat/completions', body: JSON.stringify({ model: 'anvil', n }) })),
    );

    deepEqual(
      answers.map(({ text }) => text),
      numbers.map((n) => JSON.stringify({ echo: String(n) })),
    );
    equal(upstream.requests.length, numbers.length);
    deepEqual(new Set(answers.map(({ headers }) => headers['x-ai-proxy-id'])), new Set(receipts.map(({ id }) => id)));
    equal(new Set(receipts.map(({ id }) => id)).size, numbers.length);
  },
};

const keepsStatusOfErrors: Behaviour = {
  name: "a provider's refusal keeps its status and its wait, in OpenAI's form",
  async run(scene) {
    const { ask, receipt } = await scene.open({
      answers: { 'POST /v1/chat/completions': jsonAnswer(429, { error: { message: 'Too many at once.' } }, { 'retry-after': '7' }) },
    });

    const answer = await ask(chat());

    equal(answer.status, 429);
    equal(answer.ending, 'complete');
    equal(answer.headers['retry-after'], '7');
    equal(answer.headers['x-ai-proxy-error-source'], 'provider');
    match(answer.text, /"error":\{.*Too many at once\./);
    equal((await receipt()).status, 429);
  },
};

const listsModels: Behaviour = {
  name: 'the listing of models is answered to GET, and to HEAD without its body',
  async run(scene) {
    const { ask } = await scene.open();

    const whole = await ask({ path: '/v1/models' });
    const head = await ask({ path: '/v1/models', method: 'HEAD' });

    equal(whole.status, 200);
    match(whole.text, /"id":"anvil"/);
    equal(head.status, 200);
    equal(head.body.length, 0);
    equal(head.headers['content-type'], whole.headers['content-type']);
  },
};

const hidesCookies: Behaviour = {
  name: "cookies, framing and connection headers of the provider's are not the caller's",
  async run(scene) {
    const headers = {
      'content-type': 'application/json',
      'set-cookie': 'canary=1\r\nset-cookie: canary=2',
      connection: 'keep-alive, x-canary',
      'x-canary': 'canary',
      'proxy-authenticate': 'Basic realm=canary',
      'keep-alive': 'timeout=77',
    };
    const { ask } = await scene.open({
      answers: {
        'POST /v1/chat/completions': wholeAnswer(200, headers, JSON.stringify(chatBody)),
        'GET /v1/files/1': wholeAnswer(200, headers, '{}'),
      },
    });

    for (const request of [chat(), { ...chat(), path: '/contract/v1/chat/completions' }, { path: '/contract/v1/files/1' }]) {
      const answer = await ask(request);
      equal(answer.status, 200);
      match(answer.headers['x-ai-proxy-id'] ?? '', /^[0-9a-f-]{36}$/);
      equal(JSON.stringify(answer.headerLines).includes('canary'), false, `a header came down: ${JSON.stringify(answer.headers)}`);
      equal((answer.headers['keep-alive'] ?? '').includes('77'), false);
    }
  },
};

/** Answers that are given at once. */
export const wholeAnswerBehaviours: readonly Behaviour[] = [
  answersWhole,
  hasItsLength,
  setsHeadersOnce,
  ofMegabytes,
  sideBySide,
  keepsStatusOfErrors,
  listsModels,
  hidesCookies,
];
