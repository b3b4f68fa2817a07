// A reporter of Jest: what a run came to, for test/run.mjs.
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';

export default class Result {
  onRunComplete(_contexts, { numPassedTests, numFailedTests, numRuntimeErrorTestSuites, testResults }) {
    if (!process.env.SANSDELAI_RESULT) return;
    const skipped = testResults.flatMap(file =>
      file.testResults
        .filter(({ status }) => status !== 'passed' && status !== 'failed')
        .map(({ fullName }) => `${relative('', file.testFilePath)}: ${fullName}`),
    );
    const failing = testResults
      .filter(({ testExecError, numFailingTests }) => testExecError || numFailingTests > 0)
      .map(({ testFilePath, numPassingTests }) => ({ path: relative('', testFilePath), passed: numPassingTests }));
    const result = { passed: numPassedTests, failed: numFailedTests + numRuntimeErrorTestSuites, skipped, failing };
    writeFileSync(process.env.SANSDELAI_RESULT, JSON.stringify(result));
  }
}
