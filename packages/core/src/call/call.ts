import type { TraceContext } from '../headers/trace-headers.ts';
import type { HttpHeaders } from '../http/headers.ts';
import type { HttpRequest } from '../http/request.ts';
import type { JsonObject } from '../json/json.ts';
import type { ModelRule } from '../models/model-rule.ts';
import type { Plan } from '../routing/plan.ts';
import type { Caller } from './caller.ts';
import type { NativeTarget } from './native-target.ts';
import type { Dialect, Operation } from './operation.ts';
import type { ReceiptDraft } from '../receipt/receipt.ts';

/** One AI request on its way in. Stages may change what is not readonly. */
export interface Call {
  /** Sorts by time; goes out as `x-ai-proxy-id`. */
  readonly id: string;
  readonly operation: Operation;
  readonly dialect: Dialect;
  /** Which face the caller speaks: `openai`, or the provider's name on its native routes. */
  readonly face: string;
  /**
   * The request in canonical form, or in the provider's own on native routes; empty where the call is opaque. A policy that changes it puts another in
   * its place: `call.input = { ...call.input, temperature: 0 }`.
   */
  input: JsonObject;
  /** The model as the caller named it; absent where the route has none. A policy before `plan` may put another in its place. */
  model: string | undefined;
  readonly stream: boolean;
  /** The HTTP method. */
  readonly method: string;
  /** Path and query below the mount, exactly as they came over the wire. */
  readonly target: string;
  /** The caller's. A policy that has read a credential of its own there puts headers without it in their place, so that it goes nowhere. */
  headers: HttpHeaders;
  /** Aborts when the caller leaves or the call's total clock runs out. */
  readonly signal: AbortSignal;
  /** Who asks, once the `identify` stage knows: from the application, where the mount was told how, or from a policy. */
  caller: Caller | undefined;
  /** Where it goes, once the `plan` stage has decided. */
  plan: Plan | undefined;
  /** Which models the caller may use, where a policy has said so: listings and hints name no other. It refuses nothing by itself. */
  allows: ModelRule | undefined;
  /**
   * Headers of the answer, whatever becomes of the call. Where one of them is `x-ratelimit-…`, none of the provider's headers about limits comes down.
   */
  readonly answerHeaders: Record<string, string>;
  /** The trace that providers are shown; by default the caller's own, where it sent one. */
  trace: TraceContext | undefined;
  readonly receipt: ReceiptDraft;
  /** Where a native or opaque call goes. */
  native: NativeTarget | undefined;
  /** The framework's own request, where a binding gave it. */
  readonly context: unknown;
  /** As it came. The body of an opaque call is in it, unread. */
  readonly request: HttpRequest;
  /** Lets a policy see each chunk of a stream as it passes, synchronously. */
  tap(see: (chunk: unknown) => void): void;
}
