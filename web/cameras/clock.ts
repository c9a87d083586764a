// The time of day that a viewing shows.

/** HH:MM:SS.d in UTC, `seconds` after `start` (Unix time in seconds). */
export const clockAt = (start: number, seconds: number): string =>
  new Date(Math.floor((start + seconds) * 1000 + 0.5)).toISOString().slice(11, 21);
