import { isJsonObject } from '@ai-proxy/core';
import type { JsonObject, JsonValue, ValueReply } from '@ai-proxy/core';
import type { AccountBook } from './account-book.ts';
import type { ObjectName } from './object-owners.ts';
import type { Listed, ObjectRule } from './object-rules.ts';
import { notReadable } from './refusals.ts';

/** In whose name an answer is read, and what of it counts. */
export interface AnswerContext {
  readonly book: AccountBook;
  readonly owner: string;
  readonly provider: string;
  readonly rule: ObjectRule;
  /** The objects that the request's path names. */
  readonly names: readonly ObjectName[];
  /** Whether what it makes or lists is everybody's. */
  readonly isOpen: boolean;
}

/** Notes whose an answer's objects are, and leaves out of it what is another's, before the caller has it. */
export async function noteAnswer(reply: ValueReply, context: AnswerContext): Promise<ValueReply> {
  const { book, owner, rule, names, isOpen } = context;
  if (isOpen) return reply;
  const last = names.at(-1);
  if (rule.removes && last) await book.forget([last]);
  if (!rule.creates && !rule.lists && !rule.brings) return reply;
  const body = reply.value === undefined ? parsed(reply.bytes) : (reply.value as JsonValue);
  if (rule.lists) return listOwn(reply, body, rule.lists, context);
  if (!isJsonObject(body)) {
    if (reply.value === undefined && reply.bytes?.byteLength === 0) return reply;
    throw notReadable();
  }
  const made = madeIn(body, context);
  if (made.length > 0) await book.noteMade(owner, made);
  await book.noteFound(owner, broughtBy([body], context));
  return reply;
}

/** What the answer says was made; a trial, for one, makes nothing. */
export function madeIn(body: JsonObject, { rule: { creates }, provider, names }: AnswerContext): readonly ObjectName[] {
  const id = creates && body[creates.field];
  if (!creates || typeof id !== 'string' || id === '') return [];
  return names.some((one) => one.kind === creates.kind && one.id === id) ? [] : [{ provider, kind: creates.kind, id }];
}

/** Further objects that answers name: what a job has written, files that a tool has made in a conversation. */
export function broughtBy(bodies: readonly JsonObject[], { rule, provider }: AnswerContext): readonly ObjectName[] {
  return bodies.flatMap((body) => [
    ...(rule.brings ?? []).flatMap(({ kind, field }) => {
      const id = body[field];
      return typeof id === 'string' && id !== '' ? [{ provider, kind, id }] : [];
    }),
    ...(rule.creates?.kind === 'conversation'
      ? filesIn(body['outputs'] ?? body['content'] ?? null).map((id) => ({ provider, kind: 'file', id }))
      : []),
  ]);
}

/** Only what the provider says in its own turn: what a caller has put into a conversation is not his for it. */
function filesIn(value: JsonValue): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(filesIn);
  if (!isJsonObject(value)) return [];
  const id = value['file_id'];
  if (value['type'] === 'tool_file') return typeof id === 'string' ? [id] : [];
  return value['type'] === 'message.output' ? filesIn(value['content'] ?? null) : [];
}

async function listOwn(reply: ValueReply, body: JsonValue | undefined, listed: Listed, context: AnswerContext): Promise<ValueReply> {
  const { book, owner, provider } = context;
  const entries = listed.entries === undefined ? body : isJsonObject(body) ? body[listed.entries] : undefined;
  if (!Array.isArray(entries)) throw notReadable();
  const named = entries.flatMap((entry) =>
    isJsonObject(entry) && typeof entry['id'] === 'string' ? [{ entry, name: { provider, kind: listed.kind, id: entry['id'] } }] : [],
  );
  const whose = await book.sort(
    owner,
    named.map(({ name }) => name),
  );
  const isForAll = (entry: JsonObject): boolean => listed.ownedWhere !== undefined && (entry[listed.ownedWhere] ?? null) === null;
  const kept = named
    .filter(({ entry }, index) => whose[index] === 'his' || (whose[index] === 'nobodys' && isForAll(entry)))
    .map(({ entry }) => entry);
  await book.noteFound(
    owner,
    broughtBy(
      kept.filter((entry) => !isForAll(entry)),
      context,
    ),
  );
  if (listed.entries === undefined || !isJsonObject(body)) return rewritten(reply, kept);
  const more = kept.filter(isForAll).length;
  const own = 'total' in body || isJsonObject(body['pagination']) ? (await book.count(owner, provider, listed.kind)) + more : 0;
  return rewritten(reply, {
    ...body,
    [listed.entries]: kept,
    ...('total' in body && body['total'] !== null ? { total: own } : {}),
    ...(isJsonObject(body['pagination']) ? { pagination: { ...body['pagination'], total_items: own } } : {}),
  });
}

const rewritten = (reply: ValueReply, value: JsonValue): ValueReply => ({
  ...reply,
  value,
  bytes: new TextEncoder().encode(JSON.stringify(value)),
});

function parsed(bytes: Uint8Array | undefined): JsonValue | undefined {
  if (!bytes || bytes.byteLength === 0) return undefined;
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as JsonValue;
  } catch {
    throw notReadable();
  }
}
