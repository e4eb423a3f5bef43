import { headerValue } from '@ai-proxy/core';
import type { Call, HttpRelay, HttpRequestBody, RelayReply, Reply } from '@ai-proxy/core';
import { grantOf } from '../grant.ts';
import { checkModelsOf } from '../identify/models-policy.ts';
import { noteAnswer } from './answer.ts';
import type { AnswerContext } from './answer.ts';
import { checkFile } from './check-files.ts';
import type { FormCheck } from './form-check.ts';
import type { Asker, ObjectChecks } from './object-checks.ts';
import type { ObjectRule } from './object-rules.ts';
import { streamedAnswer, wholeAnswer } from './whole-answer.ts';

export interface RelayService {
  readonly call: Call;
  readonly asker: Asker;
  readonly checks: ObjectChecks;
  readonly context: AnswerContext;
  /** What goes up in the place of a JSON body that was read. */
  readonly sent: Uint8Array | undefined;
  /** The caller's form, as far as it may go up. */
  readonly form: FormCheck | undefined;
}

/** Carries a relay out here where its answer is to be known before the caller has it, and lets it pass where only its request was to be checked. */
export async function serveRelay(reply: RelayReply, service: RelayService): Promise<Reply> {
  const { call, context, sent, form } = service;
  const { rule, isOpen } = context;
  const relay = sent ? { ...reply.relay, headers: uncoded(reply.relay.headers), body: sent } : reply.relay;
  if (rule.reads) await checkInputs(reply, relay, rule.reads, service);
  const isHeld = !isOpen && (rule.creates ?? rule.lists ?? rule.brings ?? rule.removes) !== undefined;
  if (!isHeld && !form) return { ...reply, relay };
  // The bytes of a form that a parser has read are in the relay, and would go up unchecked.
  const { body: _bytes, ...withoutBody } = relay;
  const [carried, body]: [HttpRelay, HttpRequestBody] = form
    ? [
        { ...withoutBody, settle: unlessRefused(relay, form) },
        { kind: 'stream', stream: form.stream },
      ]
    : [relay, sent ? { kind: 'none' } : call.request.body];
  try {
    if (!isHeld) return orRefusal(await streamedAnswer(reply, carried, body), form);
    const answer = await wholeAnswer(reply, carried, body);
    orRefusal(answer.reply, form);
    const shown = answer.isGood && call.method !== 'HEAD' ? await noteAnswer(answer.reply, context) : answer.reply;
    answer.accept();
    return shown;
  } catch (error) {
    throw form?.refusal() ?? error;
  }
}

/** A request that was broken off because of what it holds has failed for that, whatever its transport says. */
function orRefusal(reply: Reply, form: FormCheck | undefined): Reply {
  const refusal = form?.refusal();
  if (refusal !== undefined) throw refusal as Error;
  return reply;
}

/** What was broken off on purpose ends with the refusal. */
const unlessRefused =
  (relay: HttpRelay, form: FormCheck): HttpRelay['settle'] =>
  (end) => {
    if (form.refusal() === undefined) relay.settle(end);
  };

async function checkInputs(
  reply: RelayReply,
  relay: HttpRelay,
  { field, path, unless }: NonNullable<ObjectRule['reads']>,
  { call, asker, checks }: RelayService,
): Promise<void> {
  const { [field]: files, endpoint } = call.input;
  if (!Array.isArray(files) || (typeof endpoint === 'string' && unless.has(endpoint) && (grantOf(call)?.models ?? []).length === 0)) return;
  for (const file of new Set(files)) {
    if (typeof file !== 'string') continue;
    const content = path.replace(':id', encodeURIComponent(file));
    await checkFile(reply, relay, call.native?.path ?? '', content, async (requests) => {
      checkModelsOf(call, requests);
      await checks.bodies(asker, requests);
    });
  }
}

/** What goes up was inflated to be read. */
function uncoded(headers: Readonly<Record<string, string>>): Record<string, string> {
  const { 'content-encoding': _coded, ...rest } = headers;
  return { ...rest, 'content-type': headerValue(headers, 'content-type') ?? 'application/json' };
}
