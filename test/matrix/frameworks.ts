/** A framework of the matrix: in which versions its cells run, and what they need beside it. */
export interface Framework {
  readonly name: string;
  /** As the pages call it; none where it is none. */
  readonly title?: string;
  /** The package whose versions are meant; none where there is no framework. */
  readonly package?: string;
  /** The oldest and the newest version of every major that is supported. */
  readonly versions: readonly string[];
  /** Packages that go by the version of the framework. */
  readonly alike?: readonly string[];
  /** Packages that the cells use beside it, with their ranges. */
  readonly companions?: Readonly<Record<string, string>>;
  /** The file that exports the bindings, from the root. */
  readonly cells: string;
  /** What else of the repository the cells read, from the root. */
  readonly files?: readonly string[];
  /** Our binding, where there is one for it alone. */
  readonly binding?: string;
}

/** Our packages that every cell may use. */
export const everywhere: readonly string[] = ['core', 'connect', 'mistral', 'ollama', 'testing'].map((room) => `@ai-proxy/${room}`);

const compression = { compression: '^1.8.0' };

/** Every framework that the pages promise. */
export const frameworks: readonly Framework[] = [
  {
    name: 'express',
    title: 'Express',
    package: 'express',
    versions: ['4.18.0', '^4.18.0', '5.0.0', '^5.0.0'],
    companions: { ...compression, multer: '^2.0.0' },
    cells: 'test/bindings/express.ts',
    binding: '@ai-proxy/express',
  },
  {
    name: 'koa',
    title: 'Koa',
    package: 'koa',
    versions: ['2.15.0', '^2.15.0', '3.0.0', '^3.0.0'],
    companions: { '@koa/bodyparser': '^6.0.0', 'koa-body': '^8.0.0', 'koa-compress': '^5.0.0', 'koa-mount': '^4.0.0' },
    cells: 'test/bindings/koa.ts',
    binding: '@ai-proxy/koa',
  },
  {
    name: 'connect',
    title: 'connect',
    package: 'connect',
    versions: ['3.0.0', '^3.0.0'],
    companions: compression,
    cells: 'test/bindings/connect.ts',
  },
  {
    name: 'fastify',
    title: 'Fastify',
    package: 'fastify',
    versions: ['5.0.0', '^5.0.0'],
    companions: { '@fastify/compress': '^9.0.0' },
    cells: 'test/bindings/fastify.ts',
  },
  {
    name: 'hono',
    title: 'Hono',
    package: 'hono',
    versions: ['4.10.0', '^4.10.0'],
    companions: { '@hono/node-server': '^2.0.0' },
    cells: 'test/bindings/hono.ts',
  },
  {
    name: 'nest',
    title: 'Nest',
    package: '@nestjs/core',
    // Its packages of 12.0.0 do not take each other.
    versions: ['11.0.0', '^11.0.0', '12.0.1', '^12.0.1'],
    alike: ['@nestjs/common', '@nestjs/platform-express'],
    companions: { 'reflect-metadata': '^0.2.0', rxjs: '^7.8.0' },
    cells: 'test/bindings/nest.ts',
    binding: '@ai-proxy/express',
  },
  {
    name: 'next',
    title: 'Next.js',
    package: 'next',
    // React comes as its peer, in a version that it takes.
    versions: ['15.5.0', '^15.5.0', '16.0.0', '^16.0.0'],
    companions: { '@types/node': '^24.0.0', '@types/react': '^19.0.0', typescript: '~5.9.0' },
    cells: 'test/bindings/next.ts',
    files: ['examples/next/test'],
    binding: '@ai-proxy/next',
  },
  { name: 'fetch', versions: ['none'], cells: 'test/bindings/fetch-door.ts' },
];
