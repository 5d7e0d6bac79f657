import type { OperatorView, Overview } from '../../contract/operator.ts';
import type { WorkerView } from '../../contract/worker.ts';
import type { Flash } from '../http/flash.ts';
import type { Preferences } from '../http/preferences.ts';
import type { Problem } from '../overview/find-problems.ts';
import type { Mark, Section } from './sections.ts';

/** What every page of a signed-in person shows around its own part. */
export type View = {
  readonly user: OperatorView;
  readonly overview: Overview;
  readonly workers: readonly WorkerView[];
  readonly problems: readonly Problem[];
  readonly flash: Flash | undefined;
  readonly preferences: Preferences;
  /** The pages that exist. */
  readonly offers: ReadonlyMap<Section, Offer>;
  /** The browser's own time zone, where its script has told it. */
  readonly ownZone: string | undefined;
  /** Path and query of this page, for forms that come back to it. */
  readonly path: string;
  readonly environment: string;
  /** Whether this dashboard changes nothing, whoever looks at it. */
  readonly readOnly: boolean;
  readonly nowMs: number;
  readonly startedAtMs: number;
};

/** A page that exists. Only pages that were offered are in the navigation. */
export type Offer = {
  mark?(view: View): Mark | undefined;
  /** Whether this person may open it; everybody may when absent. */
  visible?(view: View): boolean;
};

/** Whether the person may change things; the API decides again, this only spares them buttons that would refuse. */
export function mayOperate({ user, readOnly }: Pick<View, 'user' | 'readOnly'>): boolean {
  return !readOnly && user.role !== 'viewer';
}
