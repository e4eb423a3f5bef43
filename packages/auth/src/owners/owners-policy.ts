import { headerValue, isJsonObject, ProxyError, readJsonRequest } from '@ai-proxy/core';
import type { Call, HttpRequestBody, JsonObject, NativeTarget, Policy, RelayReply, Reply } from '@ai-proxy/core';
import type { Grant } from '../grant.ts';
import { grantOf } from '../grant.ts';
import type { AccountBook, NamedObject } from './account-book.ts';
import { noteAnswer } from './answer.ts';
import type { AnswerContext } from './answer.ts';
import { findReferences, mayRefer } from './find-references.ts';
import { checkForm } from './form-check.ts';
import type { FormCheck } from './form-check.ts';
import { everybody } from './object-owners.ts';
import type { ObjectRule, ObjectRules } from './object-rules.ts';
import { ruleOf, rulesOf } from './object-rules.ts';
import { namesInPath } from './path-names.ts';
import { streamNoted } from './stream-noted.ts';
import { streamedAnswer, wholeAnswer } from './whole-answer.ts';

export interface OwnersPolicyOptions {
  readonly book: AccountBook;
  readonly ownerOf: (grant: Grant) => string;
  /** The groups that are open to everybody: nothing of theirs is checked, or noted. */
  readonly openGroups: readonly string[] | 'all';
}

/** What is kept of a JSON body that the proxy does not read by itself. */
const bodyLimits = { body: 10 * 1024 * 1024, depth: 128 } as const;

/** The check of objects at providers: each caller sees, uses and changes only what is his. After the plan, since that says whose account is asked. */
export function ownersPolicy(options: OwnersPolicyOptions): Policy {
  const { book, openGroups } = options;

  /** A kind that an operator has opened is everybody's. */
  const isOpen = (rules: ObjectRules, kind: string): boolean => openGroups === 'all' || openGroups.includes(rules.groups[kind] ?? '');

  async function checkBody(
    call: Call,
    owner: string,
    provider: string,
    rules: ObjectRules,
    body: JsonObject,
    before: readonly NamedObject[],
  ): Promise<void> {
    const named = findReferences(body, rules.references)
      .filter(({ kind, id }) => !isOpen(rules, kind) && !isFree(rules, kind, id))
      .map((one) => ({ provider, changes: false, ...one }));
    const all = [...before, ...named];
    if (all.length > 0) await book.check(owner, all);
  }

  async function serveNative(
    call: Call,
    target: NativeTarget,
    rules: ObjectRules,
    owner: string,
    next: () => Promise<Reply>,
  ): Promise<Reply> {
    const rule = ruleOf(target);
    const provider = target.provider.name;
    const inPath = namesInPath(target, rule).filter(({ kind, id }) => !isOpen(rules, kind) && !isFree(rules, kind, id, rule));
    const isOpenRoute = isOpen(rules, rule?.creates?.kind ?? rule?.lists?.kind ?? Object.values(rule?.path ?? {})[0] ?? '');
    let sent: Uint8Array | undefined;
    let form: FormCheck | undefined;

    if (rule?.body === 'json') {
      const read = await readBody(call);
      await checkBody(call, owner, provider, rules, read, inPath);
      call.input = read;
      sent = new TextEncoder().encode(JSON.stringify(read));
    } else if (target.bytes && mayRefer(target.bytes, rules.references)) {
      await checkBody(call, owner, provider, rules, call.input, inPath);
      // What goes up is what was read: of a name that came twice another reader might take the other.
      if (call.input === target.readAs) call.input = { ...call.input };
    } else if (target.bytes && call.input !== target.readAs) await checkBody(call, owner, provider, rules, call.input, inPath);
    else if (inPath.length > 0) await book.check(owner, inPath);

    if (rule?.body === 'form') {
      const fields = new Set(Object.keys(rules.references));
      form = checkForm(bytesOf(call.request.body), call.headers, fields, async (name, id) => {
        const kind = rules.references[name] ?? '';
        if (!isOpen(rules, kind) && !isFree(rules, kind, id))
          await book.check(owner, [{ provider, kind, id, changes: false, param: name }]);
      });
    }
    const context: AnswerContext = { book, owner, provider, rule: rule ?? {}, names: inPath, isOpen: isOpenRoute };
    if (rule?.creates && !isOpenRoute) await book.expectStore(provider);
    const reply = await next();
    if (!rule) return reply;
    if (reply.kind === 'stream') return { ...reply, batches: streamNoted(reply.batches, context) };
    if (reply.kind === 'value') return noteAnswer(reply, context);
    return serveRelay(reply, call, context, sent, form);
  }

  return {
    name: 'keys: owners',
    stage: 'plan',
    async handle(call, next) {
      const grant = grantOf(call);
      if (!grant || openGroups === 'all') return next();
      const owner = options.ownerOf(grant);
      const { native, plan } = call;
      const rules = native && rulesOf(native.provider);
      if (native && rules) {
        checkOwner(owner);
        return serveNative(call, native, rules, owner, next);
      }
      if (!native && plan) {
        for (const provider of new Set(plan.steps.map((step) => step.provider))) {
          const known = rulesOf(provider);
          if (known) await checkBody(call, owner, provider.name, known, call.input, []);
        }
      }
      return next();
    },
  };
}

/** Carries a relay out here where its answer is to be known before the caller has it, and lets it pass where only its request was to be checked. */
async function serveRelay(
  reply: RelayReply,
  call: Call,
  context: AnswerContext,
  sent: Uint8Array | undefined,
  form: FormCheck | undefined,
): Promise<Reply> {
  const { rule, isOpen } = context;
  const relay = sent ? { ...reply.relay, headers: withoutCoding(reply.relay.headers), body: sent } : reply.relay;
  const isHeld = !isOpen && (rule.creates ?? rule.lists ?? rule.brings ?? rule.removes) !== undefined;
  if (!isHeld && !form) return { ...reply, relay };
  const body: HttpRequestBody = form ? { kind: 'stream', stream: form.stream } : sent ? { kind: 'none' } : call.request.body;
  // The bytes of a form that a parser has read are in the relay, and would go up unchecked.
  const { body: _read, ...plain } = relay;
  const carried = form ? plain : relay;
  try {
    if (!isHeld) return await streamedAnswer(reply, carried, body);
    const answer = await wholeAnswer(reply, carried, body);
    if (form?.refusal() !== undefined) throw form.refusal();
    const shown = answer.isGood && call.method !== 'HEAD' ? await noteAnswer(answer.reply, context) : answer.reply;
    answer.accept();
    return shown;
  } catch (error) {
    throw form?.refusal() ?? error;
  }
}

async function readBody(call: Call): Promise<JsonObject> {
  const { value } = await readJsonRequest(call.request, bodyLimits);
  if (isJsonObject(value)) return value;
  throw new ProxyError('The request body has to be a JSON object.', { status: 400, code: 'invalid_body', source: 'caller' });
}

/** What goes up was inflated to be read. */
function withoutCoding(headers: Readonly<Record<string, string>>): Record<string, string> {
  const { 'content-encoding': _coded, ...rest } = headers;
  return { ...rest, 'content-type': headerValue(headers, 'content-type') ?? 'application/json' };
}

async function* bytesOf(body: HttpRequestBody): AsyncGenerator<Uint8Array, void, undefined> {
  if (body.kind === 'stream') yield* body.stream;
  else if (body.kind === 'bytes') yield body.bytes;
}

const isFree = (rules: ObjectRules, kind: string, id: string, rule?: ObjectRule): boolean =>
  rule?.changes !== true && rules.free[kind]?.test(id) === true;

/** A caller of this name would own what is there for everybody. */
function checkOwner(owner: string): void {
  if (owner !== '' && owner !== everybody) return;
  throw new ProxyError('What would be made here could not be told from what is there for everybody: the name of its owner is not one.', {
    status: 403,
    code: 'route_closed',
    source: 'policy',
  });
}
