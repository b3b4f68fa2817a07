// Jest's runtime, with the modules of tests loaded by Node itself: once a worker, and not anew for each of some 170 files, which took a quarter of all
// the CPU time of the tests (docs/decisions/0006). Jest has `unstable_importModule` to be overridden.
const { default: Runtime } = require('jest-runtime');
const { pathToFileURL } = require('node:url');

const given = ['afterAll', 'afterEach', 'beforeAll', 'beforeEach', 'describe', 'expect', 'it', 'test'];
const isClass = name => /^[A-Z]/.test(name) && typeof globalThis[name] === 'function';

module.exports = class extends Runtime {
  constructor(config, environment, ...others) {
    super(config, environment, ...others);
    // Jest's own parts run in a context of their own: `expect.any(Number)` there has to mean the tests' Number.
    for (const name of Object.getOwnPropertyNames(globalThis).filter(isClass))
      environment.global[name] = globalThis[name];
  }

  async unstable_importModule(from, moduleName) {
    if (moduleName !== undefined) return super.unstable_importModule(from, moduleName);
    for (const name of given) globalThis[name] = this._environment.global[name];
    return import(pathToFileURL(from).href);
  }
};
