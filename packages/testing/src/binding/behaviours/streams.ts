import { equal, match, ok } from 'node:assert/strict';
import type { ScriptStep } from '../../raw/script.ts';
import type { Behaviour } from '../behaviour.ts';
import { chatEvent, doneEvent, jsonAnswer, lastChunk, piece, streamHead } from '../upstream/contract-answers.ts';
import { peerLeaves, streamedChat, streamedEvents, streamedLines, until } from './requests.ts';

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

const megabyte = 1024 * 1024;
const event = `data: ${'x'.repeat(64 * 1024 - 8)}\n\n`;
const flood = piece(event);
const floodOf = 32 * megabyte;
// What two connections of one machine take by themselves, and little more.
const mostInBetween = 20 * megabyte;

const waitsForItsReader: Behaviour = {
  name: 'a caller who does not read holds the upstream up, and gets everything when he reads again',
  async run(scene) {
    const { call, ask, upstream } = await scene.open({
      answers: {
        'POST /v1/chat/completions': [
          streamHead(),
          ...Array.from({ length: floodOf / event.length }, () => flood),
          piece(doneEvent),
          lastChunk,
        ],
      },
    });

    const stream = call(streamedEvents());
    await stream.head;
    stream.pause();
    const { connection } = await upstream.request(0);
    const pulled = (): number => upstream.ledger(connection)?.bytesBeforeClose ?? 0;
    // That nothing moves shows in nothing but other things moving meanwhile.
    for (let before = -1; before !== pulled();) {
      before = pulled();
      for (let others = 0; others < 20; others += 1) equal((await ask({ path: '/v1/models' })).status, 200);
    }
    ok(pulled() < mostInBetween, `${pulled()} bytes were pulled for a caller who reads nothing`);

    stream.resume();
    const answer = await stream.answer;
    equal(answer.ending, 'complete');
    equal(answer.body.length, floodOf + doneEvent.length);
    await until(() => pulled() > floodOf);
  },
};

const givesUpReaders: Behaviour = {
  name: 'a caller who reads nothing for the time of the clock is given up, and the upstream is closed',
  needs: ['write-clock'],
  async run(scene) {
    const { call, upstream, receipt } = await scene.open({
      options: { timeouts: { write: 50 } },
      answers: {
        'POST /v1/chat/completions': [streamHead(), ...Array.from({ length: floodOf / event.length }, () => flood), ['hang']],
      },
    });

    const stream = call(streamedEvents());
    await stream.head;
    stream.pause();
    const { connection } = await upstream.request(0);

    equal((await receipt()).outcome, 'timeout_write');
    await peerLeaves(upstream, connection);
  },
};

/** Answers that are still being made while the caller reads. */
export const streamBehaviours: readonly Behaviour[] = [
  eventByEvent,
  lineByLine,
  breaksAreShown,
  earlyEndsAreShown,
  brokenLines,
  failsBeforeItBegins,
  breaksBeforeItBegins,
  showsLife,
  headersComeFirst,
  waitsForItsReader,
  givesUpReaders,
];
