import { equal, match, ok } from 'node:assert/strict';
import type { Behaviour } from '../behaviour.ts';
import { chatEvent, doneEvent, jsonAnswer, lastChunk, piece, streamHead } from '../upstream/contract-answers.ts';
import { streamedChat } from './requests.ts';

const arrivesEventByEvent: Behaviour = {
  name: 'each event of a stream reaches the caller before the next leaves the upstream',
  async run(scene) {
    const { call, upstream } = await scene.open({
      answers: {
        'POST /v1/chat/completions': [
          streamHead(),
          piece(chatEvent('one')),
          ['waitFor', 'one'],
          piece(chatEvent('two')),
          ['waitFor', 'two'],
          piece(chatEvent('three')),
          ['waitFor', 'three'],
          piece(chatEvent() + doneEvent),
          lastChunk,
        ],
      },
    });

    const stream = call({ ...streamedChat(), headers: { 'accept-encoding': 'gzip, deflate, br' } });
    for (const word of ['one', 'two', 'three']) {
      await stream.received(`"content":"${word}"`);
      upstream.release(word);
    }
    const answer = await stream.answer;

    equal(answer.status, 200);
    match(answer.headers['content-type'] ?? '', /^text\/event-stream/);
    match(answer.headers['cache-control'] ?? '', /\bno-transform\b/);
    equal(answer.headers['x-accel-buffering'], 'no');
    equal(answer.headers['content-encoding'], undefined);
    equal(answer.headers['content-length'], undefined);
    equal(answer.ending, 'complete');
    ok(answer.text.endsWith(doneEvent));
  },
};

const breaksAreShown: Behaviour = {
  name: 'a stream that breaks ends in an error event and a cut, without its mark of the end',
  async run(scene) {
    const { call, upstream, receipt } = await scene.open({
      answers: { 'POST /v1/chat/completions': [streamHead(), piece(chatEvent('one')), ['waitFor', 'the caller'], ['reset']] },
    });

    const stream = call(streamedChat());
    await stream.received('"content":"one"');
    upstream.release('the caller');
    const answer = await stream.answer;

    equal(answer.status, 200);
    equal(answer.ending, 'cut');
    match(answer.text, /data: \{"error":\{[^\n]*"code":"upstream_reset"[^\n]*\}\n\n$/);
    equal(answer.text.includes('[DONE]'), false);
    equal((await receipt()).outcome, 'upstream_reset');
  },
};

const failsBeforeItBegins: Behaviour = {
  name: 'a stream that is refused before its first event has the status of the refusal',
  async run(scene) {
    const { ask } = await scene.open({
      answers: { 'POST /v1/chat/completions': jsonAnswer(400, { error: { message: 'No such voice.' } }) },
    });

    const answer = await ask(streamedChat());

    equal(answer.status, 400);
    equal(answer.ending, 'complete');
    match(answer.headers['content-type'] ?? '', /^application\/json/);
    match(answer.text, /No such voice\./);
  },
};

/** Answers that are still being made while the caller reads. */
export const streamBehaviours: readonly Behaviour[] = [arrivesEventByEvent, breaksAreShown, failsBeforeItBegins];
