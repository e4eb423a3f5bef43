import type { JsonObject } from '../json/json.ts';
import type { NativeRoute } from '../provider/native-surface.ts';
import type { Provider } from '../provider/provider.ts';

/** A native route that has been matched. */
export interface NativeTarget {
  readonly provider: Provider;
  readonly route: NativeRoute;
  readonly method: string;
  /** Path below the provider's base URL, optional prefix restored, made of checked segments. */
  readonly path: string;
  /** With its `?`, or empty. */
  readonly query: string;
  /** The body as it came: it is sent on byte for byte as long as `call.input` is what it was read as. */
  readonly bytes?: Uint8Array;
  /** What `bytes` were read as. */
  readonly readAs?: JsonObject;
}
