import type { ApiCallDeclaration } from '../define-api-call.ts';
import * as ai from './ai.ts';
import * as platform from './platform.ts';
import * as trading from './trading.ts';

/** Every job that only makes a call to the backend. */
export const API_CALLS: readonly ApiCallDeclaration[] = [ai, platform, trading].flatMap((area) => Object.values(area));
