import { deepEqual, equal, match } from 'node:assert/strict';
import type { Behaviour } from '../behaviour.ts';
import { chatBody, jsonAnswer } from '../upstream/contract-answers.ts';
import { operatorKey } from '../upstream/contract-provider.ts';
import { bodyOf, chat, headerOf } from './requests.ts';

const answersWhole: Behaviour = {
  name: 'a chat is answered whole, with the headers of the proxy and the credential of the operator',
  async run(scene) {
    const { ask, upstream, receipt } = await scene.open();

    const answer = await ask({ ...chat(), headers: { authorization: 'Bearer canary', cookie: 'canary=1' } });

    equal(answer.status, 200);
    equal(answer.ending, 'complete');
    match(answer.headers['content-type'] ?? '', /^application\/json/);
    deepEqual(JSON.parse(answer.text), chatBody);
    const { id } = await receipt();
    equal(answer.headers['x-ai-proxy-id'], id);
    equal(answer.headers['x-request-id'], id);
    equal(answer.headers['x-ai-proxy-model'], 'contract/anvil');
    equal(answer.headers['x-ai-proxy-attempts'], '1');

    equal(upstream.requests.length, 1);
    const [seen] = upstream.requests;
    equal(headerOf(seen, 'authorization'), `Bearer ${operatorKey}`);
    equal(headerOf(seen, 'cookie'), undefined);
    deepEqual(bodyOf(seen), { ...(JSON.parse(chat().body) as object), model: 'anvil' });
  },
};

const hasItsLength: Behaviour = {
  name: 'a whole answer has its length in bytes',
  needs: ['sockets'],
  async run(scene) {
    const { ask } = await scene.open();

    const answer = await ask(chat());

    equal(answer.headers['content-length'], String(answer.body.length));
    equal(answer.headers['transfer-encoding'], undefined);
    equal(Buffer.byteLength(answer.text), answer.body.length);
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

/** Answers that are given at once. */
export const wholeAnswerBehaviours: readonly Behaviour[] = [answersWhole, hasItsLength, keepsStatusOfErrors];
