import { equal, ok } from 'node:assert/strict';
import type { Behaviour } from '../behaviour.ts';
import { doneEvent, lastChunk, piece, streamHead } from '../upstream/contract-answers.ts';
import { peerLeaves, streamedEvents, until } from './requests.ts';

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

/** Callers who are slower than the upstream. */
export const slowReaderBehaviours: readonly Behaviour[] = [waitsForItsReader, givesUpReaders];
