-- requests.lua: what wrk sends, and its figures as one line of JSON.
--
-- wrk … URL -- KIND KEY RUN COUNT FILE: KIND is one of those below, "POST PATH FORM" (with a new idempotency key each time) or a path, KEY the secret key, RUN a word that no other run of
-- this database has, so that idempotency keys are new. A %d in a path becomes a number below COUNT. FILE holds what some kinds send.
-- SPDX-License-Identifier: Apache-2.0

local makers = {}
local count = 0

local form = { ["Content-Type"] = "application/x-www-form-urlencoded" }

function makers.charge(run)
   return function()
      count = count + 1
      form["Idempotency-Key"] = string.format("%s%016d", run, count)
      return wrk.format("POST", "/v1/charges", form, "amount=2000&currency=usd&source=tok_visa")
   end
end

function makers.customer_post()
   local body = "name=Ann+Example&email=ann%40example.com&description=A+customer"
   local text
   return function()
      text = text or wrk.format("POST", "/v1/customers", form, body)
      return text
   end
end

local function post(path, body, run)
   return function()
      count = count + 1
      form["Idempotency-Key"] = string.format("%s%016d", run, count)
      return wrk.format("POST", path, form, body)
   end
end

-- Events of Stripe, each line a signature, a tab and a body. Those that are used up come again.
function makers.stripe_webhook(_, file)
   local lines = {}
   for line in io.lines(file) do
      local signature, body = line:match("^(.-)\t(.*)$")
      lines[#lines + 1] = { signature, body }
   end
   local headers = { ["Content-Type"] = "application/json" }
   return function()
      local line = lines[count % #lines + 1]
      count = count + 1
      headers["Stripe-Signature"] = line[1]
      return wrk.format("POST", "/stripe/webhook", headers, line[2])
   end
end

-- A fixed request is formatted once, and not before the first is asked for: wrk learns its host after init.
local function get(path, numbers)
   if numbers > 0 then
      return function() return wrk.format("GET", string.format(path, math.random(0, numbers - 1))) end
   end
   local text
   return function()
      text = text or wrk.format("GET", path)
      return text
   end
end

function init(args)
   local kind, key, run = args[1], args[2], args[3]
   if key ~= "" then
      wrk.headers["Authorization"] = "Bearer " .. key
      form["Authorization"] = wrk.headers["Authorization"]
   end
   math.randomseed(os.time())
   local path, body = kind:match("^POST (%S+) (.*)$")
   request = path and post(path, body, run) or makers[kind] and makers[kind](run, args[5]) or get(kind, tonumber(args[4]))
end

function done(summary, latency)
   local errors = summary.errors
   io.write(string.format(
      '{"requests":%d,"microseconds":%d,"p50":%d,"p90":%d,"p99":%d,"mean":%.1f,"longest":%d,' ..
      '"status":%d,"connect":%d,"read":%d,"write":%d,"timeout":%d}\n',
      summary.requests, summary.duration, latency:percentile(50), latency:percentile(90), latency:percentile(99),
      latency.mean, latency.max, errors.status, errors.connect, errors.read, errors.write, errors.timeout))
end
