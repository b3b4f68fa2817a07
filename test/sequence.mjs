import Sequencer from '@jest/test-sequencer';

/** They start dozens of processes each: beside another of them, their bounds of time mean little. The longest first. */
const heavy = ['distributed/servers', 'faults/servers', 'agreement/servers', 'faults/embedded', 'distributed/embedded'];

/** The order that Jest would take, with the heavy suites spread over the first two thirds of the run. */
export default class extends Sequencer {
  async sort(tests) {
    const sorted = await super.sort(tests);
    const nameOf = ({ path }) => heavy.findIndex(name => path.endsWith(`/${name}.test.js`));
    const spread = sorted.filter(test => nameOf(test) >= 0).sort((a, b) => nameOf(a) - nameOf(b));
    const order = sorted.filter(test => nameOf(test) < 0);
    const apart = Math.floor((order.length * 2) / 3 / Math.max(spread.length, 1));
    for (const [i, test] of spread.entries()) order.splice(i * (apart + 1), 0, test);
    return order;
  }
}
