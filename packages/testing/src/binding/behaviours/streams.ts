import { equal, match, ok } from 'node:assert/strict';
import type { ScriptStep } from '../../raw/script.ts';
import type { Behaviour } from '../behaviour.ts';
import { chatEvent, doneEvent, lastChunk, piece, streamHead } from '../upstream/contract-answers.ts';
import { streamedChat, streamedLines } from './requests.ts';

const encodings = { 'accept-encoding': 'gzip, deflate, br' };

const eventByEvent: Behaviour = {
  name: 'each event of a stream reaches the caller before the next leaves the upstream',
  async run(scene) {
    const words = ['one', 'two', 'three'];
    const waiting = words.flatMap((word): ScriptStep[] => [piece(chatEvent(word)), ['waitFor', word]]);
    const { call, upstream, receipt } = await scene.open({
      answers: { 'POST /v1/chat/completions': [streamHead(), ...waiting, piece(chatEvent() + doneEvent), lastChunk] },
    });

    const stream = call({ ...streamedChat(), headers: encodings });
    for (const word of words) {
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
    equal((await receipt()).outcome, 'ok');
  },
};

const lineByLine: Behaviour = {
  name: "each line of the provider's own stream reaches the caller before the next leaves the upstream",
  async run(scene) {
    const words = ['one', 'two', 'three'];
    const waiting = words.flatMap((word): ScriptStep[] => [piece(`{"text":"${word}"}\n`), ['waitFor', word]]);
    const { call, upstream, receipt } = await scene.open({
      answers: { 'POST /v1/generate': [streamHead('application/x-ndjson'), ...waiting, piece('{"done":true}\n'), lastChunk] },
    });

    const stream = call({ ...streamedLines(), headers: encodings });
    for (const word of words) {
      await stream.received(`{"text":"${word}"}\n`);
      upstream.release(word);
    }
    const answer = await stream.answer;

    equal(answer.status, 200);
    match(answer.headers['content-type'] ?? '', /^application\/x-ndjson/);
    match(answer.headers['cache-control'] ?? '', /\bno-transform\b/);
    equal(answer.headers['content-encoding'], undefined);
    equal(answer.ending, 'complete');
    equal(answer.text, '{"text":"one"}\n{"text":"two"}\n{"text":"three"}\n{"done":true}\n');
    equal((await receipt()).outcome, 'ok');
  },
};

const showsLife: Behaviour = {
  name: 'a stream that is silent shows comments as a sign of life',
  needs: ['signs-of-life'],
  async run(scene) {
    const { call, upstream } = await scene.open({
      options: { timeouts: { keepAlive: 5 } },
      answers: {
        'POST /v1/chat/completions': [
          streamHead(),
          piece(chatEvent('one')),
          ['waitFor', 'the caller'],
          piece(chatEvent() + doneEvent),
          lastChunk,
        ],
      },
    });

    const stream = call(streamedChat());
    await stream.received('"content":"one"');
    await stream.received('\n: ');
    upstream.release('the caller');
    const answer = await stream.answer;

    equal(answer.ending, 'complete');
    const events = answer.text.split('\n\n').filter((event) => event !== '' && !event.startsWith(':'));
    equal(events.length, 3);
    ok(events.every((event) => event.startsWith('data: ')));
  },
};

const headersComeFirst: Behaviour = {
  name: 'a stream whose output keeps away sends its headers after the patience for them',
  async run(scene) {
    const { call, upstream } = await scene.open({
      options: { timeouts: { headers: 5 } },
      answers: {
        'POST /v1/chat/completions': [
          streamHead(),
          ['waitFor', 'the caller'],
          piece(chatEvent('one')),
          piece(chatEvent() + doneEvent),
          lastChunk,
        ],
      },
    });

    const stream = call(streamedChat());
    const { status } = await stream.head;
    upstream.release('the caller');
    const answer = await stream.answer;

    equal(status, 200);
    equal(answer.ending, 'complete');
    ok(answer.text.endsWith(doneEvent));
  },
};

/** Answers that are still being made while the caller reads. */
export const streamBehaviours: readonly Behaviour[] = [eventByEvent, lineByLine, showsLife, headersComeFirst];
