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
    const result = { passed: numPassedTests, failed: numFailedTests + numRuntimeErrorTestSuites, skipped };
    writeFileSync(process.env.SANSDELAI_RESULT, JSON.stringify(result));
  }
}
