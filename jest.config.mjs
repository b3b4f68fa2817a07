// Tests run as compiled: `npm test` builds first. Real servers take memory, so two workers whatever the machine has.
export default {
  roots: ['<rootDir>/dist/test'],
  testMatch: ['<rootDir>/dist/test/**/*.test.js'],
  transform: {},
  testEnvironment: 'node',
  maxWorkers: 2,
  testTimeout: 60_000,
  reporters: ['default', '<rootDir>/test/result.mjs'],
  globalSetup: '<rootDir>/dist/test/servers/global-setup.js',
  globalTeardown: '<rootDir>/dist/test/servers/global-teardown.js',
};
