// The time of day that a viewing shows.

/** HH:MM:SS in UTC, `seconds` after `start` (Unix time in seconds). */
export const clockAt = (start: number, seconds: number): string =>
  new Date((start + seconds) * 1000).toISOString().slice(11, 19);
