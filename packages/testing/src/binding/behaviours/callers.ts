import { equal, match } from 'node:assert/strict';
import type { Behaviour } from '../behaviour.ts';
import type { AskCaller } from '../binding-under-test.ts';
import { jsonAnswer } from '../upstream/contract-answers.ts';
import { chat } from './requests.ts';

const askCaller: AskCaller = (header) => {
  const name = header('x-user');
  if (name === 'trouble') throw new Error('canary: the session store is away');
  return name === undefined ? undefined : { id: name };
};

const requests = [chat(), { ...chat(), path: '/contract/v1/chat/completions' }, { path: '/contract/v1/files' }, { path: '/v1/models' }];
const answers = { 'GET /v1/files': jsonAnswer(200, { data: [] }) };

const letsIn: Behaviour = {
  name: "the application tells by the framework's own request who is asking, and the receipt says it",
  async run(scene) {
    const { ask, upstream, receipt } = await scene.open({ askCaller, answers });

    for (const [index, request] of requests.entries()) {
      equal((await ask({ ...request, headers: { 'x-user': `user-${index}` } })).status, 200);
      equal((await receipt(index)).caller?.id, `user-${index}`);
    }

    equal(upstream.requests.length, requests.length);
  },
};

const waitsForAnswers: Behaviour = {
  name: 'the application may take its time to tell who is asking',
  async run(scene) {
    const released = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const { call, upstream, receipt } = await scene.open({
      async askCaller() {
        asked.resolve();
        await released.promise;
        return { id: 'late' };
      },
    });

    const begun = call(chat());
    await asked.promise;
    equal(upstream.requests.length, 0);
    released.resolve();

    equal((await begun.answer).status, 200);
    equal((await receipt()).caller?.id, 'late');
  },
};

const refusesNobody: Behaviour = {
  name: 'a request of nobody is a 401, and nothing goes up',
  async run(scene) {
    const { ask, upstream, receipt } = await scene.open({ askCaller, answers });

    for (const [index, request] of requests.entries()) {
      const answer = await ask(request);
      equal(answer.status, 401);
      equal(answer.ending, 'complete');
      equal((await receipt(index)).code, 'caller_unknown');
    }

    equal(upstream.requests.length, 0);
  },
};

const doesNotLetInByAccident: Behaviour = {
  name: 'an application that fails to tell who is asking lets nobody in: 500, without its words, and nothing goes up',
  async run(scene) {
    const { ask, upstream } = await scene.open({ askCaller, answers });

    for (const request of requests) {
      const answer = await ask({ ...request, headers: { 'x-user': 'trouble' } });
      equal(answer.status, 500);
      match(answer.text, /"error"/);
      equal(answer.text.includes('canary'), false);
    }

    equal(upstream.requests.length, 0);
  },
};

/** Who is asking, by the word of the application. */
export const callerBehaviours: readonly Behaviour[] = [letsIn, waitsForAnswers, refusesNobody, doesNotLetInByAccident];
