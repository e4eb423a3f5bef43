import { ProxyError } from '@ai-proxy/core';
import type { Call, JsonObject, NativeTarget, Policy, Reply } from '@ai-proxy/core';
import type { Grant } from '../grant.ts';
import { grantOf } from '../grant.ts';
import { checkModelsOf } from '../identify/models-policy.ts';
import type { AccountBook, NamedObject } from './account-book.ts';
import { noteAnswer } from './answer.ts';
import type { AnswerContext } from './answer.ts';
import { mayRefer } from './find-references.ts';
import { checkForm } from './form-check.ts';
import { createObjectChecks } from './object-checks.ts';
import type { Asker, ObjectChecks } from './object-checks.ts';
import { everybody } from './object-owners.ts';
import type { ObjectRule } from './object-rules.ts';
import { ruleOf, rulesOf } from './object-rules.ts';
import { namesInPath } from './path-names.ts';
import { bytesOf, readJsonObject } from './request-body.ts';
import { serveRelay } from './serve-relay.ts';
import { streamNoted } from './stream-noted.ts';

export interface OwnersPolicyOptions {
  readonly book: AccountBook;
  readonly ownerOf: (grant: Grant) => string;
  /** The groups that are open to everybody: nothing of theirs is checked, or noted. */
  readonly openGroups: readonly string[] | 'all';
}

/** The check of objects at providers: each caller sees, uses and changes only what is his. After the plan, since that says whose account is asked. */
export function ownersPolicy({ book, ownerOf, openGroups }: OwnersPolicyOptions): Policy {
  const checks = createObjectChecks(book, openGroups);
  return {
    name: 'keys: owners',
    stage: 'plan',
    async handle(call, next) {
      const grant = grantOf(call);
      if (!grant || openGroups === 'all') return next();
      const owner = ownerOf(grant);
      const { native, plan } = call;
      if (native) {
        const rules = rulesOf(native.provider);
        if (!rules) return next();
        checkOwner(owner);
        return serveNative(call, native, { owner, provider: native.provider.name, rules }, checks, book, next);
      }
      for (const provider of new Set(plan?.steps.map((step) => step.provider))) {
        const rules = rulesOf(provider);
        if (rules) await checks.bodies({ owner, provider: provider.name, rules }, [call.input]);
      }
      return next();
    },
  };
}

async function serveNative(
  call: Call,
  target: NativeTarget,
  asker: Asker,
  checks: ObjectChecks,
  book: AccountBook,
  next: () => Promise<Reply>,
): Promise<Reply> {
  const rule = ruleOf(target);
  const { owner, provider, rules } = asker;
  const names = checks.closed(asker, namesInPath(target, rule), rule);
  const isOpen = checks.isOpenRoute(asker, rule);
  const sent = await checkRequest(call, target, rule, names, asker, checks);
  await checks.fitting(asker, names, rule);
  const form =
    rule?.body === 'form'
      ? checkForm(bytesOf(call.request.body), call.headers, new Set(Object.keys(rules.references)), async (name, id) =>
          checks.field(asker, name, id),
        )
      : undefined;
  if (rule?.creates && !isOpen) await book.expectStore(provider);
  const reply = await next();
  if (!rule) return reply;
  const context: AnswerContext = { book, owner, provider, rule, names, isOpen };
  if (reply.kind === 'stream') return { ...reply, batches: streamNoted(reply.batches, context) };
  if (reply.kind === 'value') return noteAnswer(reply, context);
  return serveRelay(reply, { call, asker, checks, context, sent, form });
}

/** Checks what a request names; gives the bytes to send in the place of a body that only this policy has read. */
async function checkRequest(
  call: Call,
  target: NativeTarget,
  rule: ObjectRule | undefined,
  names: readonly NamedObject[],
  asker: Asker,
  checks: ObjectChecks,
): Promise<Uint8Array | undefined> {
  if (rule?.body === 'json') {
    const body = await readJsonObject(call.request);
    await checks.bodies(asker, [body], names);
    call.input = body;
    noteModel(call, body);
    return new TextEncoder().encode(JSON.stringify(body));
  }
  const isUntouched = call.input === target.readAs;
  const isRead = target.bytes !== undefined && (!isUntouched || mayRefer(target.bytes, asker.rules.references));
  await checks.bodies(asker, isRead ? [call.input] : [], names);
  // What goes up is what was read: of a name that came twice another reader might take the other.
  if (isRead && isUntouched) call.input = { ...call.input };
  return undefined;
}

/** Only now it is known: for what it costs, and whether it may be used. */
function noteModel(call: Call, { model, requests }: JsonObject): void {
  if (Array.isArray(requests)) checkModelsOf(call, requests);
  if (typeof model !== 'string') return;
  call.model = model;
  // On a provider's own routes there is one step.
  if (call.plan) call.plan = { ...call.plan, steps: [{ ...call.plan.steps[0], model }] };
}

/** A caller of this name would own what is there for everybody. */
function checkOwner(owner: string): void {
  if (owner !== '' && owner !== everybody) return;
  throw new ProxyError('What would be made here could not be told from what is there for everybody: the name of its owner is not one.', {
    status: 403,
    code: 'route_closed',
    source: 'policy',
  });
}
