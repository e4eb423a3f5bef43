import { ProxyError, splitTarget } from '@ai-proxy/core';
import type { Call, Policy } from '@ai-proxy/core';
import type { Credential } from '../credential/read-credential.ts';
import { readCredential, takeFromQuery, withoutCredential } from '../credential/read-credential.ts';
import type { Grant, Subject } from '../grant.ts';
import { grantOfCaller, grantTo, isReservedTag } from '../grant.ts';
import { ruleOf } from '../owners/object-rules.ts';
import { matchesAny, namesModel } from '../rules/matches.ts';
import type { KeyFinder } from './find-key.ts';
import { keyMissing, keyUnknown } from './find-key.ts';
import { createGreeting } from './greet-request.ts';
import type { OtherWaysIn } from './other-ways-in.ts';

export interface IdentifyOptions {
  /** What is to be let go of when the proxy closes. */
  readonly close: () => void;
  /** Absent where no keys are kept. */
  readonly finder: KeyFinder | undefined;
  readonly otherWaysIn: OtherWaysIn;
  /** The parameter of the query that may hold a key. */
  readonly queryParameter: string | undefined;
  /** Further limits, of those in whose name a call is made. */
  readonly subjectsOf: (grant: Grant, endUser: string | undefined) => Promise<readonly Subject[]>;
  /** The groups of routes whose objects belong to the provider's account and not to the key that made them, that are open all the same. */
  readonly openGroups: readonly string[] | 'all';
  /** Whether it is remembered and checked whose the objects are. */
  readonly hasOwners: boolean;
}

/** The check of credentials: who nobody lets in does not come in. */
export function identifyPolicy(options: IdentifyOptions): Policy {
  return {
    name: 'keys: identify',
    stage: 'identify',
    greet: createGreeting(options),
    close: async () => options.close(),
    async handle(call, next) {
      const grant = await findGrant(call, options);
      const subjects = await options.subjectsOf(grant, call.receipt.endUser);
      call.caller = grant.caller;
      call.receipt.tags = [...new Set([...call.receipt.tags.filter((tag) => !isReservedTag(tag)), ...grant.tags])];
      const full = { ...grant, subjects: [...grant.subjects, ...subjects] };
      grantTo(call, full);
      checkRoute(call, full);
      checkGroup(call, options);
      renameModel(call, full);
      if (full.models.length > 0) {
        call.allows = (name, target) => namesModel(full.models, name, target);
        checkModelIsSeen(call, full);
      }
      return next();
    },
  };
}

async function findGrant(call: Call, { finder, otherWaysIn, queryParameter }: IdentifyOptions): Promise<Grant> {
  const credential = readCredential(call.headers) ?? (queryParameter === undefined ? undefined : takeFromQuery(call, queryParameter));
  const known = call.caller;
  if (!credential) {
    if (known) return grantOfCaller(known);
    throw keyMissing();
  }
  const grant = await otherWaysIn(credential.text, call.headers);
  if (grant) return taken(call, credential, grant);
  // An application that knows who is asking has its own credentials in these headers: only what looks like a key of ours is one.
  if (known && !credential.text.startsWith('sk-')) return grantOfCaller(known);
  if (!finder) throw keyUnknown();
  const record = await finder.find(credential.text);
  return taken(call, credential, await finder.grant(record));
}

/** The credential has done its work: it goes no further. */
function taken(call: Call, { text, header }: Credential, grant: Grant): Grant {
  if (header !== undefined) call.headers = withoutCredential(call.headers, text);
  return grant;
}

function checkRoute(call: Call, { operations, routes }: Grant): void {
  if (routes.length > 0 && !spellingsOf(call).some((path) => matchesAny(routes, path))) {
    throw notAllowed(`This key may not be used at this path. It may be used at ${routes.join(', ')}.`);
  }
  // Who may ask for something may see what there is to ask for.
  const isListing = call.operation === 'models' && call.dialect === 'canonical';
  if (!isListing && !matchesAny(operations, call.operation)) {
    throw notAllowed(`This key may not be used for "${call.operation}". It may be used for ${operations.join(', ')}.`);
  }
}

/** A path may leave out what stands in front of it; a rule that names it means it in either spelling. Of other faces than OpenAI's paths have one. */
function spellingsOf({ target, native, face }: Call): readonly string[] {
  const { path } = splitTarget(target);
  if (native) return [path, `/${native.provider.name}${native.path}`];
  if (face !== 'openai') return [path];
  const short = path.replace(/^\/(?:compat\/v1|compat|v1)(?=\/)/, '');
  return [path, `/v1${short}`, short];
}

/** Operations whose objects stay with the provider: files of one key's holder would be everybody's who has another key of the same account. */
const statefulGroups: ReadonlySet<string> = new Set(['agents', 'batch', 'conversations', 'files', 'fine_tuning', 'libraries', 'voices']);

function checkGroup(call: Call, { openGroups: open, hasOwners }: IdentifyOptions): void {
  if (open === 'all' || !call.native || !statefulGroups.has(call.operation) || open.includes(call.operation)) return;
  // What has no rule could not be checked.
  if (hasOwners && ruleOf(call.native)) return;
  throw new ProxyError(
    `"${call.operation}" of "${call.native.provider.name}" is closed to keys: what is made there belongs to the provider's account, and every key would see it. The operator can have its owners recorded with objects, or open it with stateful: ['${call.operation}'].`,
    { status: 403, code: 'route_closed', source: 'policy' },
  );
}

function renameModel(call: Call, { modelAliases }: Grant): void {
  const { model } = call;
  const other = model !== undefined && Object.hasOwn(modelAliases, model) ? modelAliases[model] : undefined;
  if (other === undefined || call.dialect === 'opaque') return;
  call.model = other;
  if (call.native) call.input = { ...call.input, model: other };
}

/** A key for some models only cannot be used where the proxy does not see which model is asked, unless its operations name the route. */
function checkModelIsSeen(call: Call, { models, operations }: Grant): void {
  if (call.dialect === 'canonical' || call.model !== undefined || operations.includes(call.operation)) return;
  throw new ProxyError(
    `This key may use ${models.join(', ')}, and the proxy cannot see which model this request would use. Ask by another route, such as /v1/models, or have "${call.operation}" added to the operations of the key.`,
    { status: 403, code: 'model_not_allowed', source: 'policy' },
  );
}

const notAllowed = (message: string): ProxyError => new ProxyError(message, { status: 403, code: 'route_not_allowed', source: 'policy' });
