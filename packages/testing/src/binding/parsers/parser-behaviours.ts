import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { gunzipSync } from 'node:zlib';
import type { ScriptedRequest } from '../../raw/inbox.ts';
import type { Behaviour } from '../behaviour.ts';
import { headerOf, peerLeaves, sameBytes } from '../behaviours/requests.ts';
import type { CallerRequest, SeenAnswer } from '../caller/open-call.ts';
import type { OpenScene } from '../scene.ts';
import { chatEvent, jsonAnswer, piece, streamHead } from '../upstream/contract-answers.ts';
import type { BodyKind, KeptBody } from './binding-behind-parser.ts';
import { sentBody } from './sent-bodies.ts';
import type { SentBody } from './sent-bodies.ts';

const routes = {
  "OpenAI's route": '/v1/chat/completions',
  "the provider's route": '/contract/v1/chat/completions',
  'a relay': '/contract/v1/files',
} as const;

type RouteName = keyof typeof routes;

const answers = { 'POST /v1/files': jsonAnswer(200, { id: 'file-1' }) };

const post = (route: RouteName, { headers, body }: SentBody): CallerRequest => ({ path: routes[route], method: 'POST', headers, body });

/** What happens to a body of one kind on one route, where a parser has left this of it. */
export function parserBehaviour(kind: BodyKind, kept: KeptBody, route: RouteName): Behaviour {
  const outcome = outcomeOf(kind, kept, route);
  return {
    name: `${names[kind]} that is ${states[kept]} ${verdicts[outcome]}: ${route}`,
    async run(scene) {
      const opened = await scene.open({ answers });
      const sent = sentBody(kind);

      const answer = await opened.ask(post(route, sent));

      equal(answer.ending, 'complete');
      judge[outcome](answer, opened, sent, route);
    },
  };
}

/** The routes that a body of this kind is sent to. */
export function routesOf(kind: BodyKind): readonly RouteName[] {
  if (kind === 'large') return ["the provider's route"];
  return kind === 'latin1' ? ["OpenAI's route"] : ["OpenAI's route", "the provider's route", 'a relay'];
}

type Outcome = 'same bytes' | 'same JSON' | 'garbled' | 'nothing' | 'consumed' | 'no JSON' | 'other type' | 'refused';

function outcomeOf(kind: BodyKind, kept: KeptBody, route: RouteName): Outcome {
  if (kept === 'refused') return 'refused';
  if (kept === 'misread') return 'garbled';
  const isForm = kind === 'form' || kind === 'multipart';
  if (route === 'a relay') {
    if (kind === 'empty') return 'nothing';
    if (kept === 'consumed' || (isForm && kept === 'value') || (kind === 'multipart' && kept === 'text')) return 'consumed';
    return kept === 'value' || kept === 'text' || kind === 'gzip' ? 'same JSON' : 'same bytes';
  }
  if (isForm) return 'other type';
  if (kind === 'empty') return 'no JSON';
  if (kept === 'consumed') return 'consumed';
  if (kind === 'latin1' && (kept === 'untouched' || kept === 'bytes')) return 'no JSON';
  return "the provider's route" === route && kept === 'untouched' && kind !== 'gzip' ? 'same bytes' : 'same JSON';
}

const names: Readonly<Record<BodyKind, string>> = {
  json: 'JSON',
  empty: 'an empty body',
  large: 'ten megabytes of JSON',
  gzip: 'compressed JSON',
  latin1: 'JSON in another charset',
  form: 'an encoded form',
  multipart: 'a form with a file',
};

const states: Readonly<Record<KeptBody, string>> = {
  untouched: 'not touched',
  value: 'kept as a value',
  bytes: 'kept as bytes',
  text: 'kept as text',
  misread: 'misread',
  consumed: 'read and not kept',
  refused: 'not liked',
};

const verdicts: Readonly<Record<Outcome, string>> = {
  'same bytes': 'goes up byte for byte',
  'same JSON': 'goes up as equal JSON',
  garbled: 'goes up as the parser misread it',
  nothing: 'goes up as nothing',
  consumed: 'is a 400 that says where to mount the proxy',
  'no JSON': 'is a 400',
  'other type': 'is a 415',
  refused: 'is refused by the parser itself',
};

type Judge = (answer: SeenAnswer, scene: OpenScene, sent: SentBody, route: RouteName) => void;

const judge: Readonly<Record<Outcome, Judge>> = {
  'same bytes'(answer, { upstream }, { headers, body }) {
    equal(answer.status, 200);
    sameBytes(upstream.requests[0]?.body, body);
    equal(headerOf(upstream.requests[0], 'content-type'), headers['content-type']);
  },
  'same JSON'(answer, { upstream }, { value, body }, route) {
    equal(answer.status, 200);
    const [seen] = upstream.requests;
    // Forms have no value of their own: what went up is text, and has to say the same.
    if (value === undefined) sameBytes(seen?.body, body);
    else if (route === "OpenAI's route") deepEqual(readJson(seen), { ...Object(value), model: 'anvil' });
    // Not compared by `deepEqual`, which would print ten megabytes.
    else equal(JSON.stringify(readJson(seen)) === JSON.stringify(value), true, 'the JSON that went up is another');
  },
  garbled(answer, { upstream }) {
    // Nothing tells the proxy that these characters are not the caller's.
    equal(answer.status, 200);
    match(Buffer.from(upstream.requests[0]?.body ?? []).toString(), /\uFFFD/);
  },
  nothing(answer, { upstream }) {
    equal(answer.status, 200);
    equal(upstream.requests[0]?.body.length, 0);
    equal(headerOf(upstream.requests[0], 'transfer-encoding'), undefined);
  },
  consumed(answer, { upstream, receipts }) {
    equal(answer.status, 400);
    match(answer.text, /Mount the proxy before/);
    equal(upstream.requests.length, 0);
    equal(receipts[0]?.code, 'body_consumed');
  },
  'no JSON'(answer, { upstream, receipts }) {
    equal(answer.status, 400);
    equal(upstream.requests.length, 0);
    equal(receipts[0]?.code, 'invalid_json');
  },
  'other type'(answer, { upstream, receipts }) {
    equal(answer.status, 415);
    equal(upstream.requests.length, 0);
    equal(receipts[0]?.code, 'unsupported_media_type');
  },
  refused(answer, { upstream, receipts }) {
    ok(answer.status >= 400 && answer.status < 500, `the parser refuses with ${answer.status}`);
    equal(upstream.requests.length, 0);
    equal(receipts.length, 0);
  },
};

/** A relay may hand a compressed body through, and says so; what is read on the way goes up plain. */
function readJson(request: ScriptedRequest | undefined): unknown {
  const bytes = headerOf(request, 'content-encoding') === 'gzip' ? gunzipSync(request?.body ?? '') : request?.body;
  return JSON.parse(new TextDecoder().decode(bytes));
}

/** The departure of a caller is seen where his request was read to its end before the proxy began. */
export const leavesBehindParser: Behaviour = {
  name: 'a caller who leaves in the middle of a stream closes the upstream',
  async run(scene) {
    const { call, upstream, receipt } = await scene.open({
      answers: { 'POST /v1/chat/completions': [streamHead(), piece(chatEvent('one')), ['hang']] },
    });

    const stream = call({ path: '/contract/v1/chat/completions', body: '{"model":"anvil","stream":true}' });
    await stream.received('"content":"one"');
    const { connection } = await upstream.request(0);
    stream.leave();

    await peerLeaves(upstream, connection);
    equal((await receipt()).outcome, 'caller_left');
  },
};

/** The same while a whole answer is awaited. */
export const leavesAwaitingBehindParser: Behaviour = {
  name: 'a caller who leaves while a whole answer is awaited closes the upstream',
  async run(scene) {
    const { call, upstream, receipt } = await scene.open({ answers: { 'POST /v1/chat/completions': [['hang']] } });

    const begun = call({ path: '/contract/v1/chat/completions', body: '{"model":"anvil"}' });
    const { connection } = await upstream.request(0);
    begun.leave();

    await peerLeaves(upstream, connection);
    equal((await receipt()).outcome, 'caller_left');
  },
};
