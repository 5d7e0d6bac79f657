// node scripts/count-tests.mjs <the JSON report of a test run>: prints "N passed, N failed, N skipped".
import { readFileSync } from 'node:fs';

let report;
try {
  report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
} catch (error) {
  console.error(`expected the JSON report of a test run, got none (${error.message})`);
  console.log('0 passed, 1 failed, 0 skipped');
  process.exit(1);
}
const tests = report.testResults.flatMap((file) => file.assertionResults);
const count = (...states) => tests.filter(({ status }) => states.includes(status)).length;
// A file that could not even be loaded has no tests in the report, and is a failure all the same.
const brokenFiles = report.testResults.filter((file) => file.status === 'failed' && !hasFailedTest(file)).length;
const told = count('failed') + brokenFiles;
// An error that nobody caught fails the run without failing a test.
const failed = told === 0 && !report.success ? 1 : told;

console.log(`${count('passed')} passed, ${failed} failed, ${tests.length - count('passed', 'failed')} skipped`);
process.exit(failed === 0 && tests.length > 0 ? 0 : 1);

function hasFailedTest(file) {
  return file.assertionResults.some(({ status }) => status === 'failed');
}
