import { createCallId } from '../call/call-id.ts';
import { createReceipt } from '../receipt/create-receipt.ts';
import type { NativeTarget } from '../call/native-target.ts';
import type { Dialect, Operation } from '../call/operation.ts';
import type { Call } from '../call/call.ts';
import type { ReceiptOptions } from '../receipt/create-receipt.ts';
import { callerLeft } from '../errors/caller-left.ts';
import { ProxyError } from '../errors/proxy-error.ts';
import type { HttpRequest } from '../http/request.ts';
import type { JsonObject } from '../json/json.ts';
import type { Receipt } from '../receipt/receipt.ts';
import { estimateRequest } from '../metering/estimate-request.ts';
import { readAskedFor } from '../receipt/asked-for.ts';
import type { RoutedCall } from './decode-call.ts';
import { OpenedCall } from './opened-call.ts';
import type { Prices } from '../receipt/price.ts';

export interface CallStart {
  readonly operation: Operation;
  readonly dialect: Dialect;
  readonly face: string;
  readonly input: JsonObject;
  readonly model: string | undefined;
  readonly stream: boolean;
  readonly native?: NativeTarget;
  /** What is answered without asking a model. */
  readonly answer?: JsonObject;
}

/** Opens calls, knows which are under way, and can end them all. */
export interface Calls {
  /** `arrivedAt`: when the request came, by `performance.now()`. */
  open(request: HttpRequest, routed: RoutedCall, start: CallStart, arrivedAt: number): OpenedCall;
  readonly isClosing: boolean;
  close(grace: number): Promise<void>;
}

export interface CallsOptions {
  /** Milliseconds for a whole call; 0 is off. */
  readonly total: number;
  readonly prices: Prices | undefined;
  readonly onSettled: (receipt: Receipt, call: Call) => void;
  /** The header that names the end user, where the operator has one. */
  readonly endUserHeader: string | undefined;
}

export function createCalls(options: CallsOptions): Calls {
  const underWay = new Map<string, AbortController>();
  let isClosing = false;
  const onEmpty = new Set<() => void>();

  return {
    open(request, routed, start, arrivedAt) {
      const id = createCallId();
      const ending = new AbortController();
      underWay.set(id, ending);
      const onCallerGone = (): void => ending.abort(request.signal.reason);
      if (request.signal.aborted) onCallerGone();
      else request.signal.addEventListener('abort', onCallerGone, { once: true });
      const clock = options.total > 0 ? setTimeout(() => ending.abort(outOfTime()), options.total) : undefined;

      const onSettled: ReceiptOptions['onSettled'] = (settled) => {
        clearTimeout(clock);
        request.signal.removeEventListener('abort', onCallerGone);
        underWay.delete(id);
        if (underWay.size === 0) for (const tell of onEmpty) tell();
        // What is over has nothing under way; a good end may still be reading the rest of a stream, so that its connection can serve again.
        if (settled.outcome !== 'ok') ending.abort(callerLeft());
        options.onSettled(settled, call);
      };
      const receipt = createReceipt(
        { id, arrivedAt, ...start },
        { prices: options.prices, estimateRequest: () => estimateRequest(call), onSettled },
      );
      const { endUser, tags, metadata } = readAskedFor(request.headers, start.input, options.endUserHeader);
      receipt.endUser = endUser;
      receipt.tags = tags;
      receipt.metadata = metadata;
      const call = new OpenedCall(id, request, routed, start, ending.signal, receipt);
      return call;
    },
    get isClosing() {
      return isClosing;
    },
    async close(grace) {
      isClosing = true;
      if (underWay.size === 0) return;
      const allEnded = new Promise<void>((resolve) => {
        onEmpty.add(resolve);
      });
      const patience = setTimeout(() => {
        for (const ending of underWay.values()) ending.abort(shuttingDown());
      }, grace);
      await allEnded;
      clearTimeout(patience);
    },
  };
}

const outOfTime = (): ProxyError =>
  new ProxyError('The call took longer than it may in all (the "total" clock ran out).', {
    status: 504,
    code: 'timeout_total',
    retryable: false,
  });

/** For calls that come, or are still under way, when the server goes. */
export const shuttingDown = (): ProxyError =>
  new ProxyError('The server is shutting down. Send the request again: another instance will take it.', {
    status: 503,
    code: 'shutting_down',
    retryAfter: 1000,
  });
