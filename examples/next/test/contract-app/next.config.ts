const config = {
  // Checked with the rest of the repository.
  typescript: { ignoreBuildErrors: true },
  // It is built for one run of the tests, and nobody waits for its pages.
  experimental: { turbopackMinify: false, turbopackSourceMaps: false, turbopackFileSystemCacheForBuild: false },
  // As `application` of the contract has it.
  headers: () => [{ source: '/:path*', headers: [{ key: 'x-application', value: 'around' }] }],
  rewrites: () => [{ source: '/gateway/:path*', destination: '/ai/:path*' }],
};

export default config;
