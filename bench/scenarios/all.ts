import type { Row } from '../support/result.ts';
import type { Stage } from '../support/stage.ts';
import { dashboardScenarios } from './dashboard.ts';
import { depthScenarios } from './depth.ts';
import { fairnessScenarios } from './fairness.ts';
import { fleetScenarios } from './fleet.ts';
import { footprintScenarios } from './footprint.ts';
import { guardScenarios } from './guards.ts';
import { mediaScenarios } from './media.ts';
import { soakScenarios } from './soak.ts';
import { thinScenarios } from './thin.ts';
import { wakeUpScenarios } from './wake-up.ts';
import { workerScenarios } from './worker.ts';

type Scenarios = Readonly<Record<string, (stage: Stage) => Promise<Row | Row[]>>>;

/** What `npm run bench` measures. */
export const DEFAULT_SCENARIOS: Scenarios = {
  ...thinScenarios,
  ...workerScenarios,
  ...wakeUpScenarios,
  ...depthScenarios,
  ...fleetScenarios,
  ...fairnessScenarios,
  ...guardScenarios,
  ...mediaScenarios,
  ...footprintScenarios,
  ...dashboardScenarios,
};

/** With the long ones, which run when they are named. */
export const SCENARIOS: Scenarios = { ...DEFAULT_SCENARIOS, ...soakScenarios };
