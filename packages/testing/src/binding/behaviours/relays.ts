import { equal } from 'node:assert/strict';
import { answerHead, chunk } from '../../raw/script.ts';
import type { ScriptStep } from '../../raw/script.ts';
import type { Behaviour } from '../behaviour.ts';
import { headBytes } from '../caller/request-bytes.ts';
import { jsonAnswer, lastChunk, piece, streamHead, wholeAnswer } from '../upstream/contract-answers.ts';
import { headerOf, sameBytes } from './requests.ts';
import { multipart, someBytes } from './some-bytes.ts';

const uploads: Behaviour = {
  name: 'a form with a file is relayed byte for byte, with its type and its length',
  async run(scene) {
    const { ask, upstream, receipt } = await scene.open({ answers: { 'POST /v1/files': jsonAnswer(200, { id: 'file-1' }) } });
    const { headers, body } = multipart('b-123', someBytes(1_000_000));

    const answer = await ask({ path: '/contract/v1/files', headers, body });

    equal(answer.status, 200);
    equal(answer.text, '{"id":"file-1"}');
    const [seen] = upstream.requests;
    sameBytes(seen?.body, body);
    equal(headerOf(seen, 'content-type'), headers['content-type']);
    equal((await receipt()).outcome, 'ok');
  },
};

const uploadsInChunks: Behaviour = {
  name: 'an upload in chunks is relayed byte for byte',
  needs: ['sockets'],
  async run(scene) {
    const { connect, mount, upstream } = await scene.open({ answers: { 'POST /v1/files': jsonAnswer(200, { id: 'file-1' }) } });
    const { headers, body } = multipart('b-123', someBytes(200_000));
    const connection = connect();
    const request = { path: '/contract/v1/files', headers: { ...headers, 'transfer-encoding': 'chunked' }, body };

    await connection.write(headBytes(mount, request));
    for (let at = 0; at < body.length; at += 60_000) await connection.write(chunk(body.subarray(at, at + 60_000)));
    await connection.write(chunk(''));
    const answer = await connection.read(request).answer;

    equal(answer.status, 200);
    sameBytes(upstream.requests[0]?.body, body);
  },
};

const file = someBytes(1_000_000);
const fileHeaders = { 'content-type': 'application/octet-stream', 'content-disposition': 'attachment; filename="a.bin"', etag: '"7"' };

const downloads: Behaviour = {
  name: 'a file is relayed down byte for byte, with what describes it',
  async run(scene) {
    const { ask, receipt } = await scene.open({ answers: { 'GET /v1/files/1/content': wholeAnswer(200, fileHeaders, file) } });

    const answer = await ask({ path: '/contract/v1/files/1/content' });

    equal(answer.status, 200);
    equal(answer.ending, 'complete');
    sameBytes(answer.body, file);
    equal(answer.headers['content-type'], fileHeaders['content-type']);
    equal(answer.headers['content-disposition'], fileHeaders['content-disposition']);
    equal(answer.headers['etag'], fileHeaders.etag);
    equal((await receipt()).outcome, 'ok');
  },
};

const keepsLengths: Behaviour = {
  name: 'a relayed file has its length, and HEAD tells it without the file',
  needs: ['sockets', 'content-length'],
  async run(scene) {
    const { ask, upstream } = await scene.open({
      answers: {
        'GET /v1/files/1/content': wholeAnswer(200, fileHeaders, file),
        'HEAD /v1/files/1/content': [['write', answerHead(200, { ...fileHeaders, 'content-length': String(file.length) })]],
      },
    });

    const whole = await ask({ path: '/contract/v1/files/1/content' });
    const head = await ask({ path: '/contract/v1/files/1/content', method: 'HEAD' });

    equal(whole.headers['content-length'], String(file.length));
    equal(head.status, 200);
    equal(head.ending, 'complete');
    equal(head.headers['content-length'], String(file.length));
    equal(upstream.requests[1]?.start, 'HEAD /v1/files/1/content HTTP/1.1');
  },
};

const ranges: Behaviour = {
  name: 'a part of a file is asked for and comes down as that part',
  async run(scene) {
    const { ask, upstream } = await scene.open({
      answers: { 'GET /v1/files/1/content': wholeAnswer(206, { ...fileHeaders, 'content-range': 'bytes 5-9/20' }, 'fghij') },
    });

    const answer = await ask({ path: '/contract/v1/files/1/content', headers: { range: 'bytes=5-9', 'if-range': '"7"' } });

    equal(headerOf(upstream.requests[0], 'range'), 'bytes=5-9');
    equal(headerOf(upstream.requests[0], 'if-range'), '"7"');
    equal(answer.status, 206);
    equal(answer.headers['content-range'], 'bytes 5-9/20');
    equal(answer.text, 'fghij');
  },
};

const emptyAnswers: Behaviour = {
  name: 'answers that have no body stay without: 204 and 304',
  async run(scene) {
    const { ask } = await scene.open({
      answers: {
        'DELETE /v1/files/1': [['write', answerHead(204, {})]],
        'GET /v1/files/1': [['write', answerHead(304, { etag: '"7"' })]],
      },
    });

    const deleted = await ask({ path: '/contract/v1/files/1', method: 'DELETE' });
    const unchanged = await ask({ path: '/contract/v1/files/1', headers: { 'if-none-match': '"7"' } });

    equal(deleted.status, 204);
    equal(deleted.ending, 'complete');
    equal(deleted.body.length, 0);
    equal(unchanged.status, 304);
    equal(unchanged.ending, 'complete');
    equal(unchanged.headers['etag'], '"7"');
  },
};

const pieceByPiece: Behaviour = {
  name: 'each piece of a relayed answer reaches the caller before the next leaves the upstream',
  async run(scene) {
    // None ends as the credential begins, which would be held back until it is sure to be none.
    const words = ['alpha', 'beta', 'gamma'];
    const waiting = words.flatMap((word): ScriptStep[] => [piece(word), ['waitFor', word]]);
    const { call, upstream } = await scene.open({
      answers: { 'GET /v1/files/1/content': [streamHead('text/plain'), ...waiting, lastChunk] },
    });

    const download = call({ path: '/contract/v1/files/1/content' });
    for (const word of words) {
      await download.received(word);
      upstream.release(word);
    }
    const answer = await download.answer;

    equal(answer.text, words.join(''));
    equal(answer.ending, 'complete');
  },
};

/** Bytes that the proxy hands through. */
export const relayBehaviours: readonly Behaviour[] = [
  uploads,
  uploadsInChunks,
  downloads,
  keepsLengths,
  ranges,
  emptyAnswers,
  pieceByPiece,
];
