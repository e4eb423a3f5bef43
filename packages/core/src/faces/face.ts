import type { Call } from '../call/call.ts';
import type { ProxyError } from '../errors/proxy-error.ts';
import type { HttpReply } from '../http/reply.ts';
import type { JsonObject, JsonValue } from '../json/json.ts';
import type { CanonicalOperation } from '../provider/provider.ts';

/** How answers reach one caller, in its own dialect. Has the state of one answer. */
export interface Encoder {
  readonly contentType: string;
  readonly streamContentType: string;
  /** A whole answer. */
  value(value: unknown): string;
  /** One chunk of a stream, as whole frames; empty where the dialect has nothing to say. */
  chunk(chunk: unknown): string;
  /** The mark of a complete stream. */
  end(): string;
  /** A failure inside a stream that has begun, as a whole frame. */
  fail(error: ProxyError): string;
  /** A sign of life that every client of the dialect ignores; absent where there is none. */
  readonly keepAlive?: string;
}

/** How a caller speaks. Pure: reads what was asked, writes what is answered. */
export interface Face {
  readonly name: string;
  /** Whether its callers speak a provider's own dialect: they get what the provider says as it is. */
  readonly isNative: boolean;
  createEncoder(call: Call): Encoder;
  /** The JSON body of an error. */
  errorBody(error: ProxyError): unknown;
}

/** A dialect that callers may speak at the proxy: its paths and requests too. */
export interface CallerFace extends Face {
  /** Finds the route of the raw path segments below the mount; nothing as an answer means: not a path of this face. May throw a `ProxyError`. */
  match(method: string, segments: readonly string[]): FaceRoute | undefined;
}

/** What a path asks for. A route may write its answers otherwise than the rest of its face. */
export type FaceRoute =
  | {
      readonly kind: 'operation';
      /** What the receipt says until the body has been read. */
      readonly operation: CanonicalOperation;
      decode(body: JsonValue): DecodedRequest;
      /** Takes JSON whatever the request calls it, as servers of the dialect do; pages of other origins are still asked for the right type. */
      readonly acceptsAnyType?: boolean;
      createEncoder?(call: Call): Encoder;
    }
  /** Everything that the caller may name; the reply's value is a `ModelsValue`. */
  | { readonly kind: 'models'; createEncoder?(call: Call): Encoder }
  /** One model, by an id in the path or one that is read from a JSON body; the reply's value is a `ListedModel`. */
  | {
      readonly kind: 'model';
      readonly id: string | ((body: JsonValue) => string);
      readonly acceptsAnyType?: boolean;
      createEncoder?(call: Call): Encoder;
    }
  /** An answer that asks nobody. */
  | { readonly kind: 'static'; readonly reply: HttpReply }
  | { readonly kind: 'method_not_allowed'; readonly allow: string[] }
  /** The path is this face's by its prefix, and there is nothing there. */
  | { readonly kind: 'unknown' };

/** A request that has been understood. */
export interface DecodedRequest {
  readonly operation: CanonicalOperation;
  /** As the caller names it. */
  readonly model: string;
  readonly stream: boolean;
  /** In OpenAI's form. */
  readonly input: JsonObject;
  /** What is answered, in the face's own form, where no model has to be asked for it. The call passes every stage up to the attempts all the same. */
  readonly answer?: JsonObject;
}
