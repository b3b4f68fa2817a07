// Tests run as compiled: `npm test` builds first. Real servers take memory, so three workers whatever the machine has; most wait most
// of the time, and with two cores three take two thirds of the time of two.
export default {
  roots: ['<rootDir>/dist/test'],
  testMatch: ['<rootDir>/dist/test/**/*.test.js'],
  transform: {},
  testEnvironment: 'node',
  maxWorkers: 3,
  testTimeout: 60_000,
  reporters: ['default', '<rootDir>/test/result.mjs'],
  globalSetup: '<rootDir>/dist/test/servers/global-setup.js',
  globalTeardown: '<rootDir>/dist/test/servers/global-teardown.js',
};
