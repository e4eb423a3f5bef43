import { equal } from 'node:assert/strict';
import { application } from '../application.ts';
import type { Behaviour } from '../behaviour.ts';
import type { CallerRequest } from '../caller/open-call.ts';
import { jsonAnswer, lastChunk, piece, streamHead } from '../upstream/contract-answers.ts';
import { chat, refusedChat, streamedLines } from './requests.ts';

const keepsHeaders: Behaviour = {
  name: 'headers that the application has set stay on every kind of answer',
  needs: ['application-headers'],
  async run(scene) {
    const { ask } = await scene.open({
      answers: {
        'GET /v1/files': jsonAnswer(200, { data: [] }),
        'POST /v1/generate': [streamHead('application/x-ndjson'), piece('{"done":true}\n'), lastChunk],
      },
    });
    const [name, value] = application.header;

    for (const request of [chat(), streamedLines(), { path: '/contract/v1/files' }, { path: '/v1/nothing' }, refusedChat()]) {
      equal((await ask(request)).headers[name], value, request.path);
    }
  },
};

/** A path beside the mount. */
const beside = (path: string): CallerRequest => ({ path });

const ownRoutes: Behaviour = {
  name: 'routes of the application beside the mount work as if the proxy were not there',
  needs: ['application-routes'],
  async run(scene) {
    const { ask, mount, upstream, receipts } = await scene.open();

    const answer = await ask(beside(application.path), new URL(mount.origin));

    equal(answer.status, 200);
    equal(answer.text, application.text);
    equal(answer.headers['x-ai-proxy-id'], undefined);
    equal(upstream.requests.length, 0);
    equal(receipts.length, 0);
  },
};

const ownErrors: Behaviour = {
  name: "errors of the application stay the application's",
  needs: ['application-errors'],
  async run(scene) {
    const { ask, mount, receipts } = await scene.open();

    const answer = await ask(beside(application.brokenPath), new URL(mount.origin));

    equal(answer.status, 500);
    equal(answer.text, application.brokenText);
    equal(answer.headers['x-ai-proxy-error-source'], undefined);
    equal(receipts.length, 0);
  },
};

/** What stands around the proxy. */
export const applicationBehaviours: readonly Behaviour[] = [keepsHeaders, ownRoutes, ownErrors];
