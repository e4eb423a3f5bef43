import { equal, match } from 'node:assert/strict';
import { answerHead, chunk } from '../../raw/script.ts';
import type { Behaviour } from '../behaviour.ts';
import { piece, streamHead } from '../upstream/contract-answers.ts';

const brokenDownload = (how: 'its length' | 'its chunks'): Behaviour => ({
  name: `a relayed file that breaks before ${how} ${how === 'its length' ? 'is' : 'are'} over is cut, with nothing of the proxy's in it`,
  async run(scene) {
    const framing = how === 'its length' ? { 'content-length': '1000' } : { 'transfer-encoding': 'chunked' };
    const { call, upstream, receipt } = await scene.open({
      answers: {
        'GET /v1/files/1/content': [
          ['write', answerHead(200, { 'content-type': 'text/plain', ...framing })],
          how === 'its length' ? ['write', 'some'] : ['write', chunk('some')],
          ['waitFor', 'the caller'],
          ['reset'],
        ],
      },
    });

    const download = call({ path: '/contract/v1/files/1/content' });
    await download.received('some');
    upstream.release('the caller');
    const answer = await download.answer;

    equal(answer.ending, 'cut');
    equal(answer.text, 'some');
    equal((await receipt()).outcome, 'upstream_reset');
  },
});

const brokenWhereCodingsAreTaken: Behaviour = {
  name: 'a relayed file that breaks is cut for a caller who takes compressed answers as well',
  async run(scene) {
    const { call, upstream, receipt } = await scene.open({
      answers: { 'GET /v1/files/1/content': [streamHead('text/plain'), piece('some'), ['waitFor', 'the caller'], ['reset']] },
    });

    const download = call({ path: '/contract/v1/files/1/content', headers: { 'accept-encoding': 'gzip, br' } });
    await download.head;
    upstream.release('the caller');

    equal((await download.answer).ending, 'cut');
    equal((await receipt()).outcome, 'upstream_reset');
  },
};

const brokenBeforeHeaders: Behaviour = {
  name: "a relay that breaks before its headers is a 502 in the provider's form",
  async run(scene) {
    const { ask, receipt } = await scene.open({ answers: { 'GET /v1/files/1': [['reset']] } });

    const answer = await ask({ path: '/contract/v1/files/1' });

    equal(answer.status, 502);
    match(answer.text, /^\{"error":"[^"]/);
    equal((await receipt()).outcome, 'upstream_reset');
  },
};

const noRedirects: Behaviour = {
  name: 'a redirect of the upstream is not followed and not handed on',
  async run(scene) {
    const { ask, upstream } = await scene.open({
      answers: { 'GET /v1/files/1': [['write', answerHead(302, { location: '/v1/canary', 'content-length': '0' })]] },
    });

    const answer = await ask({ path: '/contract/v1/files/1' });

    equal(answer.status, 502);
    equal(answer.headers['location'], undefined);
    equal(upstream.requests.length, 1);
  },
};

/** Relays that come to no good end. */
export const brokenRelayBehaviours: readonly Behaviour[] = [
  brokenDownload('its length'),
  brokenDownload('its chunks'),
  brokenWhereCodingsAreTaken,
  brokenBeforeHeaders,
  noRedirects,
];
