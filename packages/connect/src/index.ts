export { mount } from './mount.ts';
export type { ConnectMiddleware } from './mount.ts';
export type { MountOptions } from './mount-options.ts';
export type { NextFunction, NodeRequest, NodeResponse } from './node-http.ts';
export type { UpgradeHandler } from './upgrade.ts';
