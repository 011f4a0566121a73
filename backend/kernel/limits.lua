-- One bucket, in one trip (GCRA: the key holds the instant at which the bucket is full again, in microseconds).
-- KEYS[1] bucket; ARGV: microseconds for each request, burst, cost. Answers {passed, left, microseconds to wait}.
local each, burst, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local full_at = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now)
local next_full_at = full_at + each * cost
local room = now + each * burst - next_full_at
if room < 0 then
  return {0, 0, -room}
end
redis.call('SET', KEYS[1], string.format('%.0f', next_full_at), 'PX', math.ceil((next_full_at - now) / 1000) + 1)
return {1, math.floor(room / each), room < each and each - room or 0}
