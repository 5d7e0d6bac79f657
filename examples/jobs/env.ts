/** What these jobs read of the environment. A file beside them may hold anything: only jobs and schedules are picked up. */
export const RATES_URL = process.env['RATES_URL'] ?? 'https://rates.example/latest';
