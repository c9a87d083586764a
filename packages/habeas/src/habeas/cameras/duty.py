"""When a camera records: its hours of operation, by the clocks of its city.

Pure: hours and a moment in. Where clocks are put forward or back, the hours follow them.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from habeas.protocol.footage import RecordingHours


def records(hours: RecordingHours | None, moment: datetime) -> bool:
    """Whether a camera records at *moment* (with its time zone); without hours it always does."""
    if hours is None:
        return True
    begin, end = time.fromisoformat(hours.begin), time.fromisoformat(hours.end)
    now = moment.astimezone(ZoneInfo(hours.time_zone)).time()
    return begin <= now < end if begin < end else now >= begin or now < end


def begins(hours: RecordingHours, moment: datetime) -> datetime:
    """When the hours begin next, after *moment*; UTC."""
    zone = ZoneInfo(hours.time_zone)
    today = moment.astimezone(zone).date()
    begin = time.fromisoformat(hours.begin)
    days = (today + timedelta(days=ahead) for ahead in range(3))
    starts = (datetime.combine(day, begin, zone).astimezone(UTC) for day in days)
    return next(start for start in starts if start > moment)
