import { readJsonRequest } from '../body/read-json-request.ts';
import type { JsonRequestLimits } from '../body/read-json-request.ts';
import { ProxyError } from '../errors/proxy-error.ts';
import type { HttpRequest } from '../http/request.ts';
import { freezeJson } from '../json/freeze-json.ts';
import { isJsonObject } from '../json/json.ts';
import type { CallStart } from './calls.ts';
import type { RoutedRequest } from './route-request.ts';

export type RoutedCall = Exclude<RoutedRequest, { readonly kind: 'error' | 'static' }>;

/** What is known of a call before its body has been read. */
export function outlineCall(routed: RoutedCall): CallStart {
  const shared = { face: routed.face.name, input: {}, model: undefined, stream: false } as const;
  switch (routed.kind) {
    case 'operation':
      return { ...shared, operation: routed.operation, dialect: 'canonical' };
    case 'models':
    case 'model':
      return { ...shared, operation: 'models', dialect: 'canonical' };
    case 'native':
      return { ...shared, operation: routed.route.operation, dialect: routed.route.kind === 'relay' ? 'opaque' : 'native' };
  }
}

/** Reads what a request asks for. Throws where it cannot be read; opaque bodies are left alone. */
export async function decodeCall(
  request: HttpRequest,
  routed: RoutedCall,
  limits: JsonRequestLimits,
  guardsInput: boolean,
): Promise<CallStart> {
  const outline = outlineCall(routed);
  if (routed.kind === 'operation') {
    const { value } = await readJsonRequest(request, limits, routed.acceptsAnyType);
    return { ...outline, ...routed.decode(value) };
  }
  if (routed.kind === 'model') {
    const { id } = routed;
    return { ...outline, model: typeof id === 'string' ? id : id((await readJsonRequest(request, limits, routed.acceptsAnyType)).value) };
  }
  if (routed.kind !== 'native') return outline;

  const { provider, route, path, query } = routed;
  const target = { provider, route, method: request.method, path, query };
  if (route.kind === 'relay' || request.method === 'GET' || request.method === 'HEAD') return { ...outline, native: target };
  const { value, bytes } = await readJsonRequest(request, limits);
  if (!isJsonObject(value)) {
    throw new ProxyError('The request body has to be a JSON object.', { status: 400, code: 'invalid_body', source: 'caller' });
  }
  return {
    ...outline,
    // The bytes go up as long as the input is the one they were read as. Changed in place it would still be that, and the change would be lost.
    input: guardsInput ? freezeJson(value) : value,
    model: typeof value.model === 'string' ? value.model : undefined,
    stream: typeof value.stream === 'boolean' ? value.stream : route.streamsByDefault === true,
    native: { ...target, bytes, readAs: value },
  };
}
