export type { Handler, Proxy } from '@ai-proxy/core';
export { facesFromEnvironment, providersFromEnvironment } from './from-environment.ts';
export { aiProxy } from './connect-middleware.ts';
export type { AiProxy, AiProxyOptions } from './connect-middleware.ts';
export { mount } from './mount.ts';
export type { ConnectMiddleware } from './mount.ts';
export type { MountOptions } from './mount-options.ts';
export type { NextFunction, NodeRequest, NodeResponse } from './node-http.ts';
export type { UpgradeHandler } from './upgrade.ts';
