import { equal, match } from 'node:assert/strict';
import type { Behaviour } from '../behaviour.ts';
import { chatEvent, jsonAnswer, lastChunk, piece, streamHead } from '../upstream/contract-answers.ts';
import { streamedChat, streamedLines } from './requests.ts';

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

const earlyEndsAreShown: Behaviour = {
  name: 'a stream that ends cleanly without the mark of its end is cut as well',
  async run(scene) {
    const { ask, receipt } = await scene.open({
      answers: { 'POST /v1/chat/completions': [streamHead(), piece(chatEvent('one')), lastChunk] },
    });

    const answer = await ask(streamedChat());

    equal(answer.ending, 'cut');
    match(answer.text, /data: \{"error":\{[^\n]*"code":"stream_interrupted"[^\n]*\}\n\n$/);
    equal((await receipt()).code, 'stream_interrupted');
  },
};

const brokenLines: Behaviour = {
  name: "the provider's own stream of lines breaks with an error in its words and a cut",
  async run(scene) {
    const { call, upstream, receipt } = await scene.open({
      answers: {
        'POST /v1/generate': [streamHead('application/x-ndjson'), piece('{"text":"one"}\n{"te'), ['waitFor', 'the caller'], ['reset']],
      },
    });

    const stream = call(streamedLines());
    await stream.received('{"text":"one"}\n');
    upstream.release('the caller');
    const answer = await stream.answer;

    equal(answer.ending, 'cut');
    match(answer.text, /^\{"text":"one"\}\n\{"error":"[^"\n]+"\}\n$/);
    equal((await receipt()).outcome, 'upstream_reset');
  },
};

const failsBeforeItBegins: Behaviour = {
  name: 'a stream that is refused before its first event has the status of the refusal',
  async run(scene) {
    const { ask, receipt } = await scene.open({
      answers: { 'POST /v1/chat/completions': jsonAnswer(400, { error: { message: 'No such voice.' } }) },
    });

    const answer = await ask(streamedChat());

    equal(answer.status, 400);
    equal(answer.ending, 'complete');
    match(answer.headers['content-type'] ?? '', /^application\/json/);
    match(answer.text, /No such voice\./);
    equal((await receipt()).status, 400);
  },
};

const breaksBeforeItBegins: Behaviour = {
  name: 'a stream that breaks before its first event is a 502',
  async run(scene) {
    const { ask, receipt } = await scene.open({ answers: { 'POST /v1/chat/completions': [streamHead(), ['reset']] } });

    const answer = await ask(streamedChat());

    equal(answer.status, 502);
    equal(answer.ending, 'complete');
    match(answer.text, /"code":"upstream_reset"/);
    equal((await receipt()).outcome, 'upstream_reset');
  },
};

/** Streams that come to no good end. */
export const brokenStreamBehaviours: readonly Behaviour[] = [
  breaksAreShown,
  earlyEndsAreShown,
  brokenLines,
  failsBeforeItBegins,
  breaksBeforeItBegins,
];
