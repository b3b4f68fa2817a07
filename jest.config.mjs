// Tests run as compiled: `npm test` builds first. Most wait most of the time: three at once take two thirds of the time of two. Where
// all have to run, the real servers and dozens of processes run beside them, so two.
export default {
  roots: ['<rootDir>/dist/test'],
  testMatch: ['<rootDir>/dist/test/**/*.test.js'],
  transform: {},
  testEnvironment: 'node',
  maxWorkers: process.env.REQUIRE_ALL === '1' ? 2 : 3,
  testTimeout: 60_000,
  runtime: '<rootDir>/test/runtime.cjs',
  // What a file leaves behind stays in its worker: one that has grown is replaced.
  workerIdleMemoryLimit: '1.2GB',
  testSequencer: '<rootDir>/test/sequence.mjs',
  reporters: ['default', '<rootDir>/test/result.mjs'],
  globalSetup: '<rootDir>/dist/test/servers/global-setup.js',
  globalTeardown: '<rootDir>/dist/test/servers/global-teardown.js',
};
