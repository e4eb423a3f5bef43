import type { Log, ProxyOptions, Receipt } from '@ai-proxy/core';
import { createMoments } from '../raw/moments.ts';
import { startScriptedUpstream } from '../raw/scripted-upstream.ts';
import type { ScriptedUpstream } from '../raw/scripted-upstream.ts';
import type { BindingUnderTest, BoundServer, MountWishes } from './binding-under-test.ts';
import { bothSides } from './both-sides.ts';
import { openConnection } from './caller/connection.ts';
import type { CallerConnection } from './caller/connection.ts';
import { callByFetch } from './caller/fetch-call.ts';
import type { CallerRequest, OpenCall, SeenAnswer } from './caller/open-call.ts';
import { requestBytes } from './caller/request-bytes.ts';
import { contractProvider } from './upstream/contract-provider.ts';
import { chooseAnswer, usualAnswers } from './upstream/contract-answers.ts';
import type { Answers } from './upstream/contract-answers.ts';

/** Where a behaviour is seen: one upstream, one binding in front of it, and callers. */
export interface Scene {
  /** Starts both. Called once a scene, before anything else. */
  open(setup?: SceneSetup): Promise<OpenScene>;
}

export interface SceneSetup extends MountWishes {
  /** What the upstream answers, beside the usual. */
  readonly answers?: Answers;
  /** Options of the proxy, beside its provider. */
  readonly options?: Partial<ProxyOptions>;
}

export interface OpenScene {
  readonly upstream: ScriptedUpstream;
  readonly server: BoundServer;
  /** The mount, parsed. */
  readonly mount: URL;
  /** Begins a call below the mount, or below another. */
  call(request: CallerRequest, mount?: URL): OpenCall;
  /** The same, and waits for its end. */
  ask(request: CallerRequest, mount?: URL): Promise<SeenAnswer>;
  /** A connection to the server, for what is to be seen below HTTP. */
  connect(): CallerConnection;
  /** Settles with the receipt of that index, in the order in which calls were settled. */
  receipt(index?: number): Promise<Receipt>;
  readonly receipts: readonly Receipt[];
}

/** A scene that can be described and taken down. */
export interface OwnScene extends Scene {
  describe(): string;
  close(): Promise<void>;
}

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

export function createScene(binding: Pick<BindingUnderTest, 'start'>): OwnScene {
  const calls: OpenCall[] = [];
  const connections: CallerConnection[] = [];
  let upstream: ScriptedUpstream | undefined;
  let server: BoundServer | undefined;

  async function open(setup: SceneSetup = {}): Promise<OpenScene> {
    const answers = { ...usualAnswers, ...setup.answers };
    const receipts: Receipt[] = [];
    const settled = createMoments<Receipt>();
    const started = await startScriptedUpstream((_, request) => chooseAnswer(answers, request));
    upstream = started;
    const { askCaller } = setup;
    const bound = await binding.start(
      {
        providers: [contractProvider(started.url)],
        log: silent,
        retry: false,
        onReceipt(receipt) {
          settled.come(receipts.length, receipt);
          receipts.push(receipt);
        },
        ...setup.options,
      },
      askCaller === undefined ? {} : { askCaller },
    );
    server = bound;
    const mount = new URL(bound.url);

    const connect = (): CallerConnection => {
      const connection = openConnection(mount);
      const read: CallerConnection['read'] = (request) => {
        const call = connection.read(request);
        calls.push(call);
        return call;
      };
      connections.push(connection);
      return { ...connection, read };
    };
    const call = (request: CallerRequest, at = mount): OpenCall => {
      if (bound.fetch !== undefined) {
        const begun = callByFetch(bound.fetch, at, request);
        calls.push(begun);
        return begun;
      }
      const connection = connect();
      void connection.write(requestBytes(at, request));
      return connection.read(request);
    };
    return {
      upstream: started,
      server: bound,
      mount,
      call,
      ask: (request, at) => call(request, at).answer,
      connect,
      receipt: (index = 0) => settled.wait(index),
      receipts,
    };
  }

  return {
    open,
    describe: () => bothSides(calls, upstream),
    async close() {
      for (const call of calls) call.leave();
      for (const connection of connections) connection.leave();
      await server?.close();
      await upstream?.close();
    },
  };
}
