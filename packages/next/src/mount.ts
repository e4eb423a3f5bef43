import { createFetchDoor } from '@ai-proxy/core';
import type { Handler } from '@ai-proxy/core';
import { toMountSettings } from './mount-options.ts';
import type { MountOptions } from './mount-options.ts';
import { toRouteHandlers } from './route-handlers.ts';
import type { RouteHandlers } from './route-handlers.ts';

/** Mounts any other handler in the same way: key administration, a metrics page. What the handler does not know is a 404. */
export function mount(handler: Handler, options: MountOptions = {}): RouteHandlers {
  return toRouteHandlers(createFetchDoor(handler), toMountSettings(options));
}
