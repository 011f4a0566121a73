-- The robot score: one account's state, moved by one action. Constant size, constant time; every number is in thresholds.toml (T).
--
-- score(keys, k, args, a): keys[k+1] state, keys[k+2] and keys[k+3] sketches of the people revealed in even and odd epochs;
-- args[a+1] instant (ms)   [a+2] action   [a+3] digest of the person (8 hex digits or more)   [a+4] position in the list
-- args[a+5] dwell (ms)     [a+6] proof: yes, no, forged   [a+7] digest of the network   [a+8] accounts on this device   [a+9] tell
-- What is unknown is an empty string and no evidence. Answers step, score, whether the step is new, and then (for a new step, or with
-- `tell`) what the last reveal showed: name, measure, evidence, …
--
-- Only a reveal of a new person moves the score. The rest is remembered and weighed then: what costs no credit proves little.

local INSTANTS = {'at', 'revealed_at', 'woke_at', 'sat_at', 'score'}
local NUMBERS = {
  'step', 'position', 'shared_device', 'hour', 'day', 'three_days', 'awake_reveals',
  'gaps', 'sum', 'square', 'low', 'high', 'gaps1', 'sum1', 'square1', 'low1', 'high1',
  'lingering', 'lingering_n', 'instant', 'run', 'last_run', 'last_pause', 'same_runs', 'runs',
  'reveals', 'named', 'lookup', 'again', 'search', 'filter', 'note', 'tag', 'group', 'export', 'crm_push', 'view_contact', 'settings',
  'ahead', 'ahead_n', 'dwell_n', 'dwell_mean', 'dwell_square', 'proof_n', 'unproven', 'network_changes',
  'gap1', 'gap2', 'gap3', 'gap4', 'gap5', 'gap6',
}
local WHOLE = {'epoch', 'person', 'network'}
local LANDMARKS = 32
local FORMAT = '<' .. string.rep('d', #INSTANTS) .. string.rep('f', #NUMBERS) .. string.rep('I4', #WHOLE)
local SIZE = 8 * #INSTANTS + 4 * (#NUMBERS + #WHOLE)
local NAMES = {}
for _, list in ipairs({INSTANTS, NUMBERS, WHOLE}) do
  for _, name in ipairs(list) do NAMES[#NAMES + 1] = name end
end

local WORK = {'again', 'search', 'filter', 'note', 'tag', 'group', 'export', 'crm_push', 'view_contact', 'settings'}
local IS_WORK = {}
for _, kind in ipairs(WORK) do IS_WORK[kind] = true end
local STEPS = {'watch', 'ask', 'hold'}

-- The landmarks follow the numbers, four bytes each, and stay packed: they are looked at once in 32 reveals.
local function open_state(raw)
  if not raw or #raw ~= SIZE + 4 * LANDMARKS then return nil end
  local s, values = {}, {struct.unpack(FORMAT, raw)}
  for i, name in ipairs(NAMES) do s[name] = values[i] end
  s.marks = string.sub(raw, SIZE + 1)
  return s
end

local function new_state(now)
  local s = {marks = string.rep('\0', 4 * LANDMARKS)}
  for _, name in ipairs(NAMES) do s[name] = 0 end
  s.at, s.woke_at, s.sat_at = now, now, now
  return s
end

local function close_state(s)
  local values = {}
  for i, name in ipairs(NAMES) do values[i] = s[name] end
  return struct.pack(FORMAT, unpack(values)) .. s.marks
end

local function whole_of(digest)
  return digest ~= '' and (tonumber(string.sub(digest, 1, 8), 16) or 0) or 0
end

-- A mean that fades over `window` values, and is plain while there are fewer: the share by which a new value moves it.
local function pull(count, window)
  return 1 / math.min(count + 1, window)
end

local function on_line(knots, x)
  if x <= knots[1][1] then return knots[1][2] end
  for i = 2, #knots do
    if x <= knots[i][1] then
      local x0, y0, x1, y1 = knots[i - 1][1], knots[i - 1][2], knots[i][1], knots[i][2]
      return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    end
  end
  return knots[#knots][2]
end

local function ramp(x, from, to)
  return math.max(0, math.min(1, (x - from) / (to - from)))
end

-- Time passed: what fades by the clock, what a rest or a break begins anew.
local function pass_time(s, now)
  local hours = (now - s.at) / 3600000
  s.hour = s.hour * math.exp(-hours)
  s.day = s.day * math.exp(-hours / 24)
  s.three_days = s.three_days * math.exp(-hours / 72)
  s.network_changes = s.network_changes * math.exp(-hours / 24)
  s.score = s.score * math.exp(-hours / 24 / T.score.forget_days)
  if hours >= T.windows.rest_hours then s.woke_at, s.awake_reveals = now, 0 end
  if hours * 60 >= T.windows.break_minutes then s.sat_at = now end
end

-- The same six gaps once more, to the second, and not merely the same gap six times: a recording. Of all sequences one in 32 is kept.
local function hear_echo(s, seconds)
  for i = 6, 2, -1 do s['gap' .. i] = s['gap' .. (i - 1)] end
  s.gap1 = seconds
  local hash, low, high, sum = 7, math.huge, 0, 0
  for i = 1, 6 do
    local gap = s['gap' .. i]
    hash = (hash * 131 + gap) % 4294967291
    low, high, sum = math.min(low, gap), math.max(high, gap), sum + gap
  end
  hash = (hash * 40503) % 4294967291
  if low < 1 or high < 3 * low or sum < 60 or hash % 32 ~= 0 then return false end
  local mark = struct.pack('<I4', hash)
  for i = 1, 4 * LANDMARKS, 4 do
    if string.sub(s.marks, i, i + 3) == mark then return true end
  end
  s.marks = string.sub(s.marks, 5) .. mark
  return false
end

local function end_run(s, gap)
  if s.last_run > 0 then
    local same = math.abs(s.run - s.last_run) <= math.max(1, 0.04 * s.run) and s.run >= 8
    local even = same and math.abs(gap - s.last_pause) <= 0.15 * gap
    s.same_runs = s.same_runs + ((even and 1 or same and 0.7 or 0) - s.same_runs) * pull(s.runs, 5)
    s.runs = s.runs + 1
  end
  s.last_run, s.last_pause, s.run = s.run, gap, 0
end

-- The time between two new people. Gaps are looked at in blocks, this one and the one before, so that a change shows soon and whole.
-- Returns whether the gap ends a sequence heard before.
local function hear_gap(s, now)
  local gap, W = (now - s.revealed_at) / 1000, T.windows
  s.run = s.run + 1
  if s.revealed_at == 0 then return false end
  local usual = s.gaps1 + s.gaps >= 5 and math.exp((s.sum + s.sum1) / (s.gaps + s.gaps1)) or W.pause
  local part = pull(s.lingering_n, W.lingering)
  s.lingering = s.lingering + ((gap > 2 * usual and 1 or 0) - s.lingering) * part
  s.instant = s.instant + ((gap < 1.5 and 1 or 0) - s.instant) * part
  s.lingering_n = math.min(s.lingering_n + 1, W.lingering)
  if gap > W.pause or gap > 60 and gap > 10 * usual then
    s.run = s.run - 1
    end_run(s, gap)
    s.run = 1
    return false
  end
  if s.gaps >= W.block then
    s.gaps1, s.sum1, s.square1, s.low1, s.high1 = s.gaps, s.sum, s.square, s.low, s.high
    s.gaps, s.sum, s.square, s.low, s.high = 0, 0, 0, gap, gap
  end
  local log = math.log(math.max(gap, 0.05))
  s.gaps, s.sum, s.square = s.gaps + 1, s.sum + log, s.square + log * log
  s.low, s.high = math.min(s.gaps == 1 and gap or s.low, gap), math.max(s.high, gap)
  return hear_echo(s, math.floor(gap + 0.5))
end

local function count_people(s)
  local fade = 1 - 1 / T.windows.purpose
  for _, kind in ipairs(WORK) do s[kind] = s[kind] * fade end
  s.reveals, s.named, s.lookup = s.reveals * fade + 1, s.named * fade, s.lookup * fade
  s.hour, s.day, s.three_days, s.awake_reveals = s.hour + 1, s.day + 1, s.three_days + 1, s.awake_reveals + 1
end

local function hear_signs(s, position, dwell, proof)
  local W = T.windows
  if position then
    if s.position > 0 and position > 1 then
      s.ahead = s.ahead + ((position == s.position and 1 or 0) - s.ahead) * pull(s.ahead_n, W.list)
      s.ahead_n = s.ahead_n + 1
    end
    s.position = position + 1
  end
  if dwell then
    local log, part = math.log(math.max(dwell, 1) / 1000), pull(s.dwell_n, W.signs)
    s.dwell_mean = s.dwell_mean + (log - s.dwell_mean) * part
    s.dwell_square = s.dwell_square + (log * log - s.dwell_square) * part
    s.dwell_n = s.dwell_n + 1
  end
  if proof ~= '' then
    s.unproven = s.unproven + ((proof == 'yes' and 0 or 1) - s.unproven) * pull(s.proof_n, W.signs)
    s.proof_n = s.proof_n + 1
  end
end

-- Each kind of other work counts up to a point, so that one button pressed over and over is no variety.
local function count_variety(s)
  local variety = 0
  for _, kind in ipairs(WORK) do
    local per_hundred = 100 * (s[kind] + 0.15) / (s.reveals + 25)
    variety = variety + per_hundred / (per_hundred + 2)
  end
  return variety
end

-- What is known of the account, as measure and confidence (0 to 1) of each kind of evidence.
local function measure(s, now)
  local m = {}
  local gaps = s.gaps + s.gaps1
  if gaps >= 10 then
    local mean = (s.sum + s.sum1) / gaps
    local low, high = s.low, s.high
    if s.gaps1 > 0 then low, high = math.min(low, s.low1), math.max(high, s.high1) end
    m.pace = {math.exp(mean), ramp(gaps, 10, 25)}
    m.evenness = {math.sqrt(math.max(0, (s.square + s.square1) / gaps - mean * mean)), ramp(gaps, 10, 30)}
    m.span = {high / math.max(low, 0.05), ramp(gaps, 15, 40)}
  end
  if s.lingering_n >= 20 then
    m.lingering = {s.lingering, ramp(s.lingering_n, 30, 80)}
    if s.named > 0 then m.instant = {s.instant, ramp(s.lingering_n, 20, 60)} end
  end
  m.purpose = {count_variety(s), 1}
  if s.lookup > 0.3 * s.reveals then m.looking = {s.lookup / s.reveals, ramp(s.reveals, 30, 100)} end
  if s.named > 0.5 * s.reveals then m.returning = {s.again / s.reveals, ramp(s.reveals, 50, 150)} end
  if s.ahead_n >= 10 then m.walking = {s.ahead, ramp(s.ahead_n, 10, 40)} end
  local V = T.evidence.volume
  m.volume = {math.max(s.hour / V.hour, s.day / V.day, s.three_days / V.three_days), 1}
  m.awake = {(now - s.woke_at) / 3600000, ramp(s.awake_reveals, 30, 90)}
  m.unbroken = {(now - s.sat_at) / 3600000, ramp(s.awake_reveals, 30, 90)}
  if s.runs >= 1 then m.batches = {s.same_runs, ramp(s.runs, 0, 3)} end
  if s.dwell_n >= 10 then
    m.dwell = {math.exp(s.dwell_mean), ramp(s.dwell_n, 10, 30)}
    m.same_dwell = {math.sqrt(math.max(0, s.dwell_square - s.dwell_mean * s.dwell_mean)), ramp(s.dwell_n, 10, 30)}
  end
  if s.proof_n >= 5 then m.unproven = {s.unproven, ramp(s.proof_n, 5, 20)} end
  if s.network ~= 0 then m.networks = {s.network_changes, 1} end
  if s.shared_device > 0 then m.shared_device = {s.shared_device, 1} end
  return m
end

local function weigh(s, now, told)
  local gate = 0
  for name, ends in pairs(T.volume_gate) do gate = math.max(gate, ramp(s[name], ends[1], ends[2])) end
  local sum, S = -T.score.drift, T.score
  for name, found in pairs(measure(s, now)) do
    local rule = T.evidence[name]
    local evidence = on_line(rule.knots, found[1]) * found[2]
    if rule.gated and evidence > 0 then evidence = evidence * gate end
    sum = sum + evidence
    if told then
      told[#told + 1] = name
      told[#told + 1] = string.format('%.4f', found[1])
      told[#told + 1] = string.format('%.3f', evidence)
    end
  end
  sum = math.max(S.least, math.min(S.most, sum))
  return S.weight * sum * math.max(1, sum)
end

local function climb(s)
  local L = T.ladder
  local step = 0
  for i, name in ipairs(STEPS) do
    -- A step that has begun ends at half of its threshold.
    if s.score >= L[name] * (i <= s.step and 0.5 or 1) then step = i end
  end
  local new = step > s.step
  s.step = step
  return new
end

-- Whether this person was not revealed in this epoch or the one before.
local function meet(s, now, digest, keys, k)
  local epoch = math.floor(now / 3600000 / T.windows.epoch_hours)
  local this, other = keys[k + 2 + epoch % 2], keys[k + 3 - epoch % 2]
  if epoch ~= s.epoch then
    redis.call('DEL', this)
    if epoch ~= s.epoch + 1 then redis.call('DEL', other) end
    s.epoch = epoch
  end
  local new = redis.call('PFADD', this, digest) == 1
  if new and redis.call('EXISTS', other) == 1 then new = redis.call('PFADD', other, digest) == 1 end
  redis.call('EXPIRE', this, 86400 * T.windows.kept_days)
  return new
end

local function score(keys, k, args, a)
  local kept = 86400 * T.windows.kept_days
  local now, action, digest = tonumber(args[a + 1]), args[a + 2], args[a + 3]
  local s = open_state(redis.call('GET', keys[k + 1]))
  if not s or now - s.at > 1000 * kept then s = new_state(now) end
  now = math.max(now, s.at)
  pass_time(s, now)
  s.at = now

  local network = whole_of(args[a + 7])
  if network ~= 0 then
    if s.network ~= 0 and s.network ~= network then s.network_changes = s.network_changes + 1 end
    s.network = network
  end
  if args[a + 8] ~= '' then s.shared_device = tonumber(args[a + 8]) end

  local told, echo = args[a + 9] == '1' and {} or nil, false
  if action == 'reveal' or action == 'known' then
    local new, person = action == 'reveal', whole_of(digest)
    local same = person ~= 0 and person == s.person
    if person ~= 0 and not same then
      new = meet(s, now, digest, keys, k)
      s.person = person
    end
    if new and not same and action == 'reveal' then
      count_people(s)
      if person ~= 0 then s.named = s.named + 1 end
      echo = hear_gap(s, now)
      s.revealed_at = now
      hear_signs(s, tonumber(args[a + 4]), tonumber(args[a + 5]), args[a + 6])
      s.score = math.max(0, s.score + weigh(s, now, told) + (echo and T.score.echo or 0))
    elseif not same then
      s.again = s.again + 1
    end
  elseif IS_WORK[action] or action == 'lookup' then
    s[action] = s[action] + 1
  end
  if args[a + 6] == 'forged' then s.score = math.max(s.score, T.ladder.hold) end
  s.score = math.min(s.score, 2 * T.ladder.hold)

  local new = climb(s)
  if new and not told then
    told = {}
    weigh(s, now, told)
  end
  if told and echo then
    for _, part in ipairs({'echo', '1', string.format('%.3f', T.score.echo)}) do told[#told + 1] = part end
  end
  redis.call('SET', keys[k + 1], close_state(s), 'EX', kept)
  return {s.step, string.format('%.4f', s.score), new and 1 or 0, unpack(told or {})}
end
