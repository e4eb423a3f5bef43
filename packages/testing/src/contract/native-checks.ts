import { createFrameReader, ProxyError } from '@ai-proxy/core';
import type { Framing, NativeRoute, NativeSurface } from '@ai-proxy/core';
import { checkOf, demand, shown } from './contract-check.ts';
import type { ContractCheck } from './contract-check.ts';
import type { ProviderContractOptions } from './contract-options.ts';
import { notJson } from './json-values.ts';

/** The messages hold everything that could end a frame or begin another. */
const errors: readonly ProxyError[] = [
  new ProxyError('The provider could not be reached.', { status: 502, code: 'upstream_connect' }),
  new ProxyError('a\n\ndata: {"forged":true}\r\n\u2028"\\', { status: 400, code: 'invalid_body', param: 'x', source: 'caller' }),
  new ProxyError('Later.', { status: 429, code: null, source: 'provider', retryAfter: 1000 }),
];

/** The provider's own API: its table of routes, and errors in its dialect. */
export function nativeChecks({ provider }: ProviderContractOptions): ContractCheck[] {
  const { native } = provider;
  if (native === undefined) return [];
  return [
    checkOf('native: has routes that can be matched, each of them once', () => {
      demand(native.routes.length > 0, 'the native surface has no routes; leave it out');
      for (const route of native.routes) checkRoute(route);
      const shapes = native.routes.flatMap(({ methods, path }) => methods.map((method) => `${method} ${path.replace(/:[^/]+/g, ':')}`));
      const twice = shapes.filter((shape, at) => shapes.indexOf(shape) !== at);
      demand(twice.length === 0, `twice in the table: ${twice.join(', ')}`);
      checkPrefix(native);
    }),
    checkOf('native: opens only groups that there are', () => {
      const groups = new Set(native.routes.map(({ closed }) => closed));
      const unknown = (native.open ?? []).filter((group) => !groups.has(group));
      demand(unknown.length === 0, `\`open\` names ${unknown.join(', ')}, and no route is closed by that name`);
    }),
    checkOf('native: tells errors in a body of its own dialect', () => {
      for (const error of errors) {
        const body = native.errorBody(error);
        const wrong = notJson(body, 'the body');
        demand(wrong === undefined, `errorBody() holds what JSON cannot: ${wrong}`);
        demand(JSON.stringify(body).includes(JSON.stringify(error.message)), `errorBody() does not hold the message: ${shown(body)}`);
      }
    }),
    checkOf('native: tells errors inside a stream in one frame, which its own watcher reads as a failure', () => {
      for (const [operation, framing] of streamsOf(native)) for (const error of errors) checkErrorFrame(native, operation, framing, error);
    }),
    checkOf('native: reads no usage from what holds none, and never throws over it', () => {
      for (const operation of new Set(native.routes.map((route) => route.operation))) {
        for (const body of [null, undefined, 'text', 42, [], {}, { usage: null }, { usage: { prompt_tokens: 'many' } }]) {
          const usage = native.readUsage(operation, body);
          const counts = Object.values(usage ?? {});
          demand(
            counts.length === 0,
            `readUsage() of ${operation} reads ${shown(usage)} from ${shown(body)}; what is not stated is absent`,
          );
        }
      }
    }),
  ];
}

/** The operations that stream, each with its framing. */
export function streamsOf(native: NativeSurface): Map<string, Framing> {
  return new Map(native.routes.flatMap(({ operation, framing }) => (framing === undefined ? [] : [[operation, framing] as const])));
}

function checkRoute({ methods, path, operation, kind, framing }: NativeRoute): void {
  const segments = path.slice(1).split('/');
  const where = `the route ${path}`;
  demand(path.startsWith('/'), `${where} does not begin with a slash`);
  demand(
    segments.every((segment) => /^(?:[\w.~-]+|:\w+|\*)$/.test(segment) && !/^\.+$/.test(segment)),
    `${where} has a segment that no request can have`,
  );
  demand(!segments.slice(0, -1).includes('*'), `${where} has a * that is not its last segment`);
  demand(methods.length > 0 && methods.every((method) => /^[A-Z]+$/.test(method)), `${where} has the methods ${shown(methods)}`);
  demand(/^[a-z][\w-]*$/.test(operation), `${where} has ${shown(operation)} for its operation; it has to be a word in lower case`);
  if (kind === 'inference')
    demand(
      methods.every((method) => method === 'POST'),
      `${where} is inference, which takes a JSON body by POST`,
    );
  else demand(framing === undefined, `${where} is a relay, whose bytes nobody reads, and has a framing`);
}

function checkPrefix({ optionalPrefix, routes }: NativeSurface): void {
  if (optionalPrefix === undefined) return;
  demand(/^[\w.~-]+$/.test(optionalPrefix), `the optional prefix ${shown(optionalPrefix)} is not one segment without slashes`);
  demand(
    routes.some(({ path }) => path.startsWith(`/${optionalPrefix}/`)),
    `no route begins with the optional prefix ${optionalPrefix}`,
  );
}

function checkErrorFrame(native: NativeSurface, operation: string, framing: Framing, error: ProxyError): void {
  const text = native.errorFrame(error, framing);
  const where = `errorFrame() of ${operation}`;
  const reader = createFrameReader(framing, { maxFrameBytes: 1 << 20 });
  const frames = reader.push(new TextEncoder().encode(text))?.frames ?? [];
  demand(frames.length === 1 && !reader.end().dangling, `${where} gives ${frames.length} frames, not one whole one: ${shown(text)}`);
  for (const frame of frames) {
    const { failure } = native.createWatcher(operation).see(frame);
    demand(failure !== undefined, `${where} gives what its watcher does not take for a failure: ${shown(text)}`);
    demand(failure.message !== '', `${where} gives a failure without a message`);
  }
}
