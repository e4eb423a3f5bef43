import { createDownload } from '#fetching';
import { createTransport } from '#transport';
import { makeAttempts } from '../attempts/attempts-stage.ts';
import { credentialFor } from '../upstream/credential.ts';
import type { Upstream } from '../upstream/exchange.ts';
import { createStepRunner } from '../attempts/run-steps.ts';
import type { Call } from '../call/call.ts';
import type { Reply, ValueReply } from '../call/reply.ts';
import { ProxyError } from '../errors/proxy-error.ts';
import { openaiFace } from '../faces/openai/openai-face.ts';
import { consoleLog } from '../log/log.ts';
import type { Log } from '../log/log.ts';
import { listModels, retrieveModel } from '../models/answer-models.ts';
import { createCatalog } from '../models/catalog.ts';
import { createRemoteFiles } from '../fetching/remote-files.ts';
import { fromCaller } from '../provider/credential.ts';
import { answerError } from '../answer/answer-error.ts';
import { prepareRelay } from '../relay/prepare-relay.ts';
import { relayByTransport } from '../relay/relay-by-transport.ts';
import { createDelivery } from '../receipt/delivery.ts';
import { createPlanStage } from '../routing/plan-stage.ts';
import type { Routing } from '../routing/resolve-model.ts';
import { foldStages } from '../stages/fold.ts';
import type { Policy } from '../stages/policy.ts';
import { createCalls } from './calls.ts';
import { createFetchDoor } from './fetch-door.ts';
import { createRequestHandler } from './handle-request.ts';
import { askCaller, requireCaller } from './identify-caller.ts';
import { OpenedCall } from './opened-call.ts';
import type { ProxyOptions } from './options.ts';
import type { Proxy } from './proxy.ts';
import { readOptions } from './read-options.ts';
import { createRouter } from './route-request.ts';

/** Makes a proxy of its options, and checks them. Nothing is opened, read or asked before the first call. */
export function createProxy(options: ProxyOptions): Proxy {
  const settings = readOptions(options);
  const { limits, timeouts, providers } = settings;
  const log = settings.log ?? consoleLog;
  const transport = settings.transport ?? createTransport({ connectTimeout: timeouts.connect, held: limits.held });
  const upstream: Upstream = { transport, clocks: { firstByte: timeouts.firstByte, idle: timeouts.idle }, limits };
  const catalog = createCatalog({ upstream, log, maxAge: 5 * 60_000, timeout: 10_000 });
  const routing: Routing = { providers, aliases: settings.aliases, catalog };
  const remoteFiles = settings.remoteFiles ? createRemoteFiles(settings.remoteFiles, createDownload(settings.remoteFiles)) : undefined;
  const delivery = createDelivery({ sinks: settings.receipts, onReceipt: settings.onReceipt, log });
  const attempts = {
    opened: delivery.opened,
    upstream,
    steps: createStepRunner(settings),
    strict: settings.strict,
    patience: timeouts.headers,
    remoteFiles,
  };
  const calls = createCalls({
    total: timeouts.total,
    prices: settings.prices,
    onSettled: delivery.settled,
    endUserHeader: settings.endUserHeader,
  });

  /** What one call asks of the innermost stage; the stages in between hand on the call that was opened. */
  const innermost = async (call: Call): Promise<Reply> => {
    if (!(call instanceof OpenedCall)) throw new Error('a call was served that this proxy has not opened');
    const { routed, request, taps } = call;
    if (routed.kind === 'models') return value(await listModels(routing, call.headers, call.allows));
    if (routed.kind === 'model') return value(await retrieveModel(call.model ?? '', routing, call.headers, call.allows));
    if (call.dialect === 'opaque' && call.native) {
      call.receipt.serving({ provider: call.native.provider, model: call.model ?? '', modelInfo: undefined });
      await delivery.opened(call);
      return prepareRelay(call, call.native, request, routed.face, timeouts, transport);
    }
    if (call.answer) return { ...value(call.answer), bytes: encoder.encode(JSON.stringify(call.answer)) };
    if (!call.plan) throw new Error('a policy has taken the plan of a call away');
    return makeAttempts(call, call.plan, taps, attempts);
  };
  const stages = foldStages([askCaller, createPlanStage(routing), ...settings.policies, requireCaller], innermost);

  const handle = createRequestHandler({
    router: createRouter(providers, [openaiFace, ...settings.faces]),
    calls,
    limits,
    cors: settings.cors,
    costInBody: settings.costInBody,
    log,
    guardsInput: settings.policies.length > 0,
    greeters: settings.policies.filter((policy): policy is Policy & Required<Pick<Policy, 'greet'>> => policy.greet !== undefined),
    serve: stages,
  });

  return {
    handle,
    fetch: createFetchDoor(handle, (relay, request) => relayByTransport(relay, request, transport)),
    async upgrade(request) {
      const reply = await handle({ ...request, canRelay: true });
      if (reply && typeof reply.body === 'object' && 'kind' in reply.body && reply.body.kind === 'relay') return reply;
      return reply && reply.status >= 400 ? reply : answerError(noWebSocket(), openaiFace);
    },
    async ready() {
      await Promise.all(
        providers
          .filter((provider) => provider.apiKey !== fromCaller)
          .map(async (provider) => {
            await credentialFor(provider, {});
            if (await catalog.listing(provider, {})) return;
            throw new ProxyError(`"${provider.name}" could not be asked for its models; the log says why.`, {
              status: 503,
              code: 'provider_unavailable',
            });
          }),
      );
    },
    async close({ grace = 30_000 } = {}) {
      await calls.close(grace);
      await closePolicies(settings.policies, grace, log);
      await delivery.close(grace);
      await transport.close();
    },
    writing: { timeout: timeouts.write, keepAlive: timeouts.keepAlive },
  };
}

const encoder = new TextEncoder();

const value = (output: unknown): ValueReply => ({ kind: 'value', status: 200, headers: {}, value: output });

const noWebSocket = (): ProxyError =>
  new ProxyError('There is no WebSocket at this path.', { status: 404, code: 'path_not_found', source: 'caller' });

/** A policy that cannot come to its end keeps nothing else from doing so. */
async function closePolicies(policies: readonly Policy[], grace: number, log: Log): Promise<void> {
  const closed = await Promise.allSettled(policies.map(async (policy) => policy.close?.(grace)));
  for (const [index, one] of closed.entries()) {
    if (one.status === 'rejected') log.error({ policy: policies[index]?.name, error: String(one.reason) }, 'a policy failed to close');
  }
}
