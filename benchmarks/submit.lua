-- Comments for wrk, each of another writer and with a text of its own, so that nothing
-- is refused as a repeat:
--
--   wrk -s submit.lua URL -- PATH BODY STATUS HOLDS IDS
--
-- PATH and BODY are templates: {page} is a number from 1 to 100, {name}, {mail} and
-- {text} are unique. An answer counts as good if it has this STATUS and holds the text
-- HOLDS. The "id" of each good answer goes to the file IDS.<thread>; "-" keeps none.

local threads = {}

function setup(thread)
  thread:set("tid", #threads)
  table.insert(threads, thread)
end

local words = {}
for word in ([[
  the quick answer about your article reads well but one section seems to mix two ideas
  and would expect another example before that claim thanks for sharing these notes we
  measured similar results on older machines under load while kept waiting people agree
  more often than not when numbers are shown early in spring my garden had tomatoes next
  to basil which grew faster because of rain last summer our neighbours built a small
  wooden bridge across the stream so children could cross safely every morning after
  breakfast she walks along the river with an old dog named after a painter from Delft
  nobody remembers who planted those apple trees behind the station yet they still bear
  fruit each October music sounded through open windows until late evening then silence
]]):gmatch("%a+") do words[#words + 1] = word end

local function seed()
  local source = assert(io.open("/dev/urandom", "rb"))
  local a, b, c, d, e, f = source:read(6):byte(1, 6)
  source:close()
  math.randomseed(a + 256 * (b + 256 * (c + 256 * d)))
  return string.format("%02x%02x%02x%02x%02x%02x", a, b, c, d, e, f)
end

function init(args)
  path, body, wanted, holds = args[1], args[2], tonumber(args[3]), args[4]
  nonce = seed()
  sent, good, bad, first_bad = 0, 0, 0, ""
  if args[5] ~= "-" then ids = assert(io.open(args[5] .. "." .. tid, "a")) end
end

local function prose(mark)
  local chosen = {}
  for place = 1, 40 do chosen[place] = words[math.random(#words)] end
  return "Note " .. mark .. ": " .. table.concat(chosen, " ") .. "."
end

local function fill(template, values)
  return (template:gsub("{(%a+)}", values))
end

function request()
  sent = sent + 1
  local mark = nonce .. "x" .. sent
  local values = {
    page = tostring(math.random(100)),
    name = "Reader " .. mark,
    mail = "r" .. mark .. "@example.com",
    text = prose(mark),
  }
  local headers = {
    ["Content-Type"] = "application/json",
    ["X-Forwarded-For"] = string.format("%d.%d.%d.%d",
      math.random(11, 99), math.random(0, 255), math.random(0, 255), math.random(254)),
  }
  return wrk.format("POST", fill(path, values), headers, fill(body, values))
end

function response(status, headers, text)
  if status == wanted and text:find(holds, 1, true) then
    good = good + 1
    if ids then
      ids:write(text:match('"id":"([%w_-]+)"') or "?", "\n")
      ids:flush()
    end
    return
  end
  bad = bad + 1
  if first_bad == "" then first_bad = status .. " " .. text:sub(1, 300) end
end

function done(summary, latency, requests)
  local good, bad, first = 0, 0, ""
  for _, thread in ipairs(threads) do
    good = good + thread:get("good")
    bad = bad + thread:get("bad")
    if first == "" then first = thread:get("first_bad") end
  end
  local e = summary.errors
  io.write(string.format(
    'RESULT {"good": %d, "bad": %d, "seconds": %.3f, "p50": %.3f, "p99": %.3f}\n',
    good, bad + e.connect + e.read + e.write + e.timeout,
    summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
  if first ~= "" then io.stderr:write("first refusal: ", first, "\n") end
end
