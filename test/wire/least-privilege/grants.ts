import type { ROUTES } from '../../../src/contract/routes/index.ts';

export type Route = (typeof ROUTES)[number];
/** `files`, `children`: an attempt of a job that was granted them. An operator's role stands for those above it, too. */
export type Holder =
  'worker' | 'producer' | 'viewer' | 'operator' | 'admin' | 'scraper' | 'attempt' | 'files' | 'children' | 'open';

/**
 * Who may call what, said a second time and apart from the code that decides it. A route that stands in no line fails
 * the matrix: whoever adds one has to say here whom it is for.
 */
const LINES: readonly (readonly [readonly Holder[], string])[] = [
  [
    ['worker'],
    `registerWorker heartbeatWorker watchSignals claimJobs completeJob failJob releaseJob settleJobs postMetrics
     authenticateUser readSignInMethods beginOidc finishOidc`,
  ],
  [['worker', 'operator'], 'drainWorker deleteWorker'],
  [['worker', 'viewer'], 'readWorker'],
  [['producer', 'operator'], 'enqueueJob enqueueBatch cancelJob retryJob uploadFile'],
  [['producer', 'viewer'], 'readJob readFile downloadFile downloadProcessed'],
  [['attempt'], 'putProgress postLogs listSteps putStep takeLock releaseLock markIdempotency lookUpIdempotency'],
  [
    ['files'],
    `readProcessingJob patchProcessingJob readWorkerFile downloadWorkerFile patchWorkerFile putProcessed postProcessed`,
  ],
  [
    ['viewer'],
    `readDatabaseHealth listFailures readFailure listDeadLetters listSavedViews saveView deleteView readBulkAction readJobFacets suggestTerms
     readJobStanding readStream listWorkers readCircuits verifySession endSession readOverview listJobs listQueues readQueue listSchedules
     readLimits readSchedule previewSchedule readJobLogs readExecutions listMetrics readMetric
     readJobValue changeOwnPassword listOwnSessions endOtherSessions revokeSession`,
  ],
  [
    ['operator'],
    `discardFailures muteFailures retryFailures discardDeadLetters redriveDeadLetters backfillSchedule changeManyJobs
     stopBulkAction deleteJob repeatJob runJobNow liftRunawayBan retryFailedJobs pauseQueue resumeQueue purgeQueue pauseSchedule resumeSchedule runSchedule updateSchedule
     listAudit exportAudit readSettings`,
  ],
  [['children'], 'enqueueChild'],
  [['admin'], 'listPeople invitePerson changePerson resetPassword listAllSessions'],
];

export const GRANTS: ReadonlyMap<string, readonly Holder[]> = new Map(
  LINES.flatMap(([holders, names]) =>
    names
      .split(/\s+/)
      .filter((name) => name !== '')
      .map((name) => [name, holders] as const),
  ),
);

const ROLES = ['viewer', 'operator', 'admin'] as const;

/** Whether a token of this kind is for routes that are for `holders`. */
export function includes(holders: readonly Holder[], kind: Holder | 'nobody'): boolean {
  return holders.some((holder) => {
    if (holder === kind || holder === 'open') return true;
    if (holder === 'attempt' && (kind === 'files' || kind === 'children')) return true;
    const [least, given] = [ROLES.indexOf(holder as never), ROLES.indexOf(kind as never)];
    return least !== -1 && given >= least;
  });
}
