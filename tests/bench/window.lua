-- window.lua: what wrk found out, on one line that a shell can read: rate, median and 99th percentile in microseconds,
-- and how many answers were none of 2xx or 3xx, or never came. No function of this file runs during the measurement.
function done(summary, latency)
    local lost = summary.errors
    io.write(string.format("figures %.1f %d %d %d\n", summary.requests * 1e6 / summary.duration, latency:percentile(50),
        latency:percentile(99), lost.status + lost.connect + lost.read + lost.write + lost.timeout))
end
