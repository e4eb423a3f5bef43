import { equal, match } from 'node:assert/strict';
import type { Behaviour } from '../behaviour.ts';
import { chatEvent, doneEvent, lastChunk, piece, streamHead, wholeAnswer } from '../upstream/contract-answers.ts';
import { streamedEvents } from './requests.ts';

const path = '/contract/v1/chat/completions';
const oddJson = '{ "model" :\t"anvil",\r\n "big": 12345678901234567890, "small":1.0e0, "twice":1, "twice":2, "text":"\\u00e9é🌍" }\n';

const bytesBothWays: Behaviour = {
  name: "a call of the provider's own API goes up and comes down byte for byte",
  needs: ['unread-bodies'],
  async run(scene) {
    const answered = '{"ok" : true ,"big":98765432109876543210,"text":"\\ud83c\\udf0d"}\r\n';
    const { ask, upstream, receipt } = await scene.open({
      answers: { 'POST /v1/chat/completions': wholeAnswer(200, { 'content-type': 'application/json', 'x-upstream': 'yes' }, answered) },
    });

    const answer = await ask({ path, body: oddJson });

    equal(Buffer.from(upstream.requests[0]?.body ?? []).toString(), oddJson);
    equal(answer.status, 200);
    equal(answer.text, answered);
    equal((await receipt()).outcome, 'ok');
  },
};

const eventsByteForByte: Behaviour = {
  name: "a stream of the provider's own API comes down byte for byte, whole events at a time",
  async run(scene) {
    const first = `: hello\r\n\r\nevent: odd\r\nid: 7\r\n${chatEvent('one').trimEnd()}\r\n\r\n`;
    const second = chatEvent('two');
    const { call, upstream } = await scene.open({
      answers: {
        'POST /v1/chat/completions': [
          streamHead(),
          piece(first + second.slice(0, 10)),
          ['waitFor', 'the caller'],
          piece(second.slice(10) + doneEvent),
          lastChunk,
        ],
      },
    });

    const stream = call(streamedEvents());
    await stream.received('"content":"one"');
    equal(first.startsWith(stream.text()), true);
    upstream.release('the caller');
    const answer = await stream.answer;

    equal(answer.text, first + second + doneEvent);
    equal(answer.ending, 'complete');
  },
};

const errorsAsTheyAre: Behaviour = {
  name: "an error of the provider's own API comes down as it is",
  async run(scene) {
    const refusal = '{"error" : "No such anvil." }';
    const { ask } = await scene.open({
      answers: { 'POST /v1/chat/completions': wholeAnswer(422, { 'content-type': 'application/problem+json' }, refusal) },
    });

    const answer = await ask({ path, body: '{"model":"none"}' });

    equal(answer.status, 422);
    equal(answer.headers['content-type'], 'application/problem+json');
    equal(answer.text, refusal);
  },
};

const errorsInItsWords: Behaviour = {
  name: "an error of the proxy's has the provider's form on its routes",
  async run(scene) {
    const { ask, upstream } = await scene.open();

    const answer = await ask({ path, body: '[]' });

    equal(answer.status, 400);
    match(answer.text, /^\{"error":"[^"]/);
    equal(upstream.requests.length, 0);
  },
};

/** The provider's own API, in JSON and streams. */
export const nativeBehaviours: readonly Behaviour[] = [bytesBothWays, eventsByteForByte, errorsAsTheyAre, errorsInItsWords];
