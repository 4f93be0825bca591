-- One request again and again, for wrk:
--
--   wrk -s read.lua [-H 'Name: value'] URL [-- METHOD BODY]
--
-- wrk asks no Lua for a request nor shows it an answer, so the answers cost it little;
-- any status from 400 is an error.

function init(args)
  if args[1] then wrk.method = args[1] end
  if args[2] then wrk.body = args[2] end
end

function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format(
    'RESULT {"good": %d, "bad": %d, "seconds": %.3f, "p50": %.3f, "p99": %.3f}\n',
    summary.requests - e.status, e.status + e.connect + e.read + e.write + e.timeout,
    summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
