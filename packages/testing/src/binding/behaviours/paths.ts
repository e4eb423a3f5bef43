import { deepEqual, equal, match, notEqual } from 'node:assert/strict';
import { application } from '../application.ts';
import type { Behaviour } from '../behaviour.ts';
import { jsonAnswer } from '../upstream/contract-answers.ts';
import { chat } from './requests.ts';

const unknownPaths: Behaviour = {
  name: "an unknown path that is the proxy's own is a 404 that says so",
  async run(scene) {
    const { ask, upstream } = await scene.open();

    const answer = await ask({ path: '/v1/nothing' });

    equal(answer.status, 404);
    match(answer.text, /"code":"path_not_found"/);
    equal(upstream.requests.length, 0);
  },
};

const handsOn: Behaviour = {
  name: "a path below the mount that is not the proxy's goes on to the application",
  needs: ['handing-on'],
  async run(scene) {
    const { ask, upstream, receipts } = await scene.open();

    const answer = await ask({ path: application.pathBelow });

    equal(answer.status, 200);
    equal(answer.text, application.textBelow);
    equal(answer.headers['x-ai-proxy-id'], undefined);
    equal(upstream.requests.length, 0);
    equal(receipts.length, 0);
  },
};

const wrongMethods: Behaviour = {
  name: 'a path that does not take the method is a 405 that names those it takes',
  async run(scene) {
    const { ask, upstream } = await scene.open();

    const ofOpenai = await ask({ path: '/v1/chat/completions' });
    const ofProvider = await ask({ path: '/contract/v1/files', method: 'DELETE' });

    equal(ofOpenai.status, 405);
    equal(ofOpenai.headers['allow'], 'POST');
    equal(ofProvider.status, 405);
    equal(ofProvider.headers['allow'], 'GET, POST');
    equal(upstream.requests.length, 0);
  },
};

const handsQueriesOn: Behaviour = {
  name: 'a query goes up with all that it says, in its order',
  async run(scene) {
    const { ask, upstream } = await scene.open({ answers: { 'GET /v1/files': jsonAnswer(200, { data: [] }) } });
    const query = 'limit=2&after=a%20b&after=c%2Bd&empty=&q=%C3%A9';

    const answer = await ask({ path: `/contract/v1/files?${query}` });

    equal(answer.status, 200);
    const went = upstream.requests[0]?.start.split(' ')[1]?.split('?')[1];
    deepEqual([...new URLSearchParams(went)], [...new URLSearchParams(query)]);
  },
};

const keepsQueries: Behaviour = {
  name: 'a query goes up as it was written',
  needs: ['raw-query'],
  async run(scene) {
    const { ask, upstream } = await scene.open({ answers: { 'GET /v1/files': jsonAnswer(200, { data: [] }) } });

    const answer = await ask({ path: '/contract/v1/files?limit=2&after=a%20b&after=c+d&empty=&q=%C3%a9?/' });

    equal(answer.status, 200);
    equal(upstream.requests[0]?.start, 'GET /v1/files?limit=2&after=a%20b&after=c+d&empty=&q=%C3%a9?/ HTTP/1.1');
  },
};

const keepsEscapes: Behaviour = {
  name: 'the escapes of a path go up as they were written',
  async run(scene) {
    const { ask, upstream } = await scene.open();

    await ask({ path: '/contract/v1/files/a%2Bb+c~%c3%A9:d@e%20f' });

    equal(upstream.requests[0]?.start, 'GET /v1/files/a%2Bb+c~%c3%A9:d@e%20f HTTP/1.1');
  },
};

const slashesInIds: Behaviour = {
  name: 'an encoded slash is taken in the id of a model, and nowhere else',
  async run(scene) {
    const { ask, upstream } = await scene.open();

    const model = await ask({ path: '/v1/models/contract%2Fsmith%2fanvil' });
    const asked = upstream.requests.length;
    const file = await ask({ path: '/contract/v1/files/a%2Fb' });

    equal(model.status, 200);
    match(model.text, /"id":"contract\/smith\/anvil"/);
    equal(file.status, 400);
    equal(upstream.requests.length, asked);
  },
};

const emptySegments: Behaviour = {
  name: 'an empty segment below a provider is a 400, and nothing goes up',
  needs: ['raw-path'],
  async run(scene) {
    const { ask, upstream } = await scene.open();

    const answer = await ask({ path: '/contract//v1/files' });

    equal(answer.status, 400);
    equal(upstream.requests.length, 0);
  },
};

const dotSegments: Behaviour = {
  name: 'dot segments, plain or encoded, are a 400, and nothing goes up',
  needs: ['sockets', 'raw-path'],
  async run(scene) {
    const { ask, upstream } = await scene.open();

    for (const path of ['/contract/v1/files/../models', '/contract/v1/files/%2e%2E/models', '/contract/v1/./files', '/v1/%2e/models']) {
      equal((await ask({ path })).status, 400, path);
    }

    equal(upstream.requests.length, 0);
  },
};

const neighbours: Behaviour = {
  name: "a path that only begins with the mount's name is not the proxy's",
  async run(scene) {
    const { ask, upstream, receipts } = await scene.open();

    equal((await ask({ path: '/v1/models' })).status, 200);
    const answer = await ask({ path: 'x/v1/models' });

    equal(answer.status, 404);
    equal(answer.headers['x-ai-proxy-id'], undefined);
    equal(upstream.requests.length, 1);
    equal(receipts.length, 1);
  },
};

const secondMount: Behaviour = {
  name: 'two mounts of one proxy share what it knows',
  needs: ['second-mount'],
  async run(scene) {
    const { ask, server, upstream, receipts } = await scene.open();
    const second = new URL(server.secondUrl ?? 'http://no-second-mount.invalid');

    for (const mount of [undefined, second]) {
      equal((await ask({ path: '/v1/models' }, mount)).status, 200);
      equal((await ask(chat(), mount)).status, 200);
    }

    const listings = upstream.requests.filter(({ start }) => start.startsWith('GET /v1/models'));
    equal(listings.length, 1);
    equal(upstream.requests.length, 3);
    equal(receipts.length, 4);
    notEqual(receipts[1]?.id, receipts[3]?.id);
  },
};

const absoluteForm: Behaviour = {
  name: 'a request line that holds a whole URL is taken by its path',
  needs: ['sockets', 'absolute-form'],
  async run(scene) {
    const { connect, mount, upstream } = await scene.open();
    const connection = connect();
    const request = { path: '/v1/models' };

    await connection.write(`GET ${mount.href}${request.path} HTTP/1.1\r\nhost: ${mount.host}\r\nconnection: close\r\n\r\n`);
    const answer = await connection.read(request).answer;

    equal(answer.status, 200);
    match(answer.text, /"id":"anvil"/);
    equal(upstream.requests.length, 1);
  },
};

/** Which requests are the proxy's, and where they go. */
export const pathBehaviours: readonly Behaviour[] = [
  unknownPaths,
  handsOn,
  wrongMethods,
  handsQueriesOn,
  keepsQueries,
  keepsEscapes,
  slashesInIds,
  emptySegments,
  dotSegments,
  neighbours,
  secondMount,
  absoluteForm,
];
