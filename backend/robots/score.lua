-- The robot score: one account's state, moved by one action. Constant size, constant time; every number is in thresholds.toml (T).
--
-- score(keys, k, args, a): keys[k+1] state, keys[k+2] and keys[k+3] sketches of the people revealed in even and odd epochs;
-- args[a+1] instant (ms)   [a+2] action   [a+3] digest of the person (8 hex digits or more)   [a+4] position in the list
-- args[a+5] dwell (ms)     [a+6] proof: yes, no, forged   [a+7] digest of the network   [a+8] accounts on this device   [a+9] tell
-- What is unknown is an empty string and no evidence. Answers step, score, whether the step is new, and then (for a new step, or with
-- `tell`) what the last reveal showed: name, measure, evidence, …
--
-- Only a reveal of a new person moves the score. The rest is remembered and weighed then: what costs no credit proves little.

local WORK = {'again', 'search', 'filter', 'note', 'tag', 'group', 'export', 'crm_push', 'view_contact', 'settings'}
local IS_WORK = {}
for _, kind in ipairs(WORK) do IS_WORK[kind] = true end
local STEPS = {'watch', 'ask', 'hold'}

local function whole_of(digest)
  return digest ~= '' and (tonumber(string.sub(digest, 1, 8), 16) or 0) or 0
end

-- A mean that fades over `window` values, and is plain while there are fewer: the share by which a new value moves it.
local function pull(count, window)
  return 1 / math.min(count + 1, window)
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
  if hours * 60 >= T.windows.break_minutes then
    -- How long one sits between breaks: of the last few sittings in which somebody was revealed.
    if s.revealed_at > s.sat_at then
      s.sitting = s.sitting + ((s.revealed_at - s.sat_at) / 3600000 - s.sitting) * pull(s.sittings, 8)
      s.sittings = s.sittings + 1
    end
    s.sat_at = now
  end
end

-- The same six gaps once more, to the second, and not merely the same gap six times: a recording. Of all sequences one in 16 is kept.
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
  if low < 1 or high < 3 * low or sum < 40 or hash % 16 ~= 0 then return false end
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
    s.plain1, s.plain_square1 = s.plain, s.plain_square
    s.gaps, s.sum, s.square, s.plain, s.plain_square, s.low, s.high = 0, 0, 0, 0, 0, gap, gap
  end
  local log = math.log(math.max(gap, 0.05))
  s.gaps, s.sum, s.square = s.gaps + 1, s.sum + log, s.square + log * log
  s.plain, s.plain_square = s.plain + gap, s.plain_square + gap * gap
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

-- Adds up the evidence: each measure as far as it is known (`sure`, 0 to 1), what speaks for a robot only in volume as far as there is any.
local function weigh(s, now, told)
  local gate, sum = 0, -T.score.drift
  for name, ends in pairs(T.volume_gate) do gate = math.max(gate, ramp(s[name], ends[1], ends[2])) end
  -- Who gets up as people do may well have a dull list to work through.
  local sitting = math.max(s.sitting, (now - s.sat_at) / 3600000)
  local rested = ramp(s.sittings, 1, 6) * ramp(sitting, T.sitting.long, T.sitting.short)
  gate = gate * (1 - T.sitting.spares * rested)
  local function add(name, measure, sure)
    local evidence = T.weigh[name](measure) * sure
    if evidence > 0 and T.gated[name] then evidence = evidence * gate end
    sum = sum + evidence
    if told then
      told[#told + 1] = name
      told[#told + 1] = string.format('%.4f', measure)
      told[#told + 1] = string.format('%.3f', evidence)
    end
  end
  local gaps = s.gaps + s.gaps1
  -- Some dozens of profiles opened beforehand are clicked through in a minute. Then new ones must be found.
  local unprepared = ramp(math.max(s.run, s.last_run), 12, 40)
  if gaps >= 10 then
    local mean = (s.sum + s.sum1) / gaps
    local low, high = s.low, s.high
    if s.gaps1 > 0 then low, high = math.min(low, s.low1), math.max(high, s.high1) end
    add('pace', math.exp(mean), ramp(gaps, 10, 25) * unprepared)
    add('evenness', math.sqrt(math.max(0, (s.square + s.square1) / gaps - mean * mean)), ramp(gaps, 10, 30))
    add('span', high / math.max(low, 0.05), ramp(gaps, 15, 40))
    local plain = (s.plain + s.plain1) / gaps
    local spread = math.sqrt(math.max(1e-6, (s.plain_square + s.plain_square1) / gaps - plain * plain))
    add('bounds', (high - low) / spread, ramp(gaps, 20, 45))
  end
  if s.lingering_n >= 20 then
    add('lingering', s.lingering, ramp(s.lingering_n, 30, 80))
    if s.named > 0 then add('instant', s.instant, ramp(s.lingering_n, 20, 60) * unprepared) end
  end
  add('purpose', count_variety(s), 1)
  if s.lookup > 0.3 * s.reveals then add('looking', s.lookup / s.reveals, ramp(s.reveals, 30, 100)) end
  if s.named > 0.5 * s.reveals then add('returning', s.again / s.reveals, ramp(s.reveals, 50, 150)) end
  if s.ahead_n >= 10 then add('walking', s.ahead, ramp(s.ahead_n, 10, 40)) end
  local V = T.volume
  add('volume', math.max(s.hour / V.hour, s.day / V.day, s.three_days / V.three_days), 1)
  add('awake', (now - s.woke_at) / 3600000, ramp(s.awake_reveals, 30, 90))
  add('unbroken', (now - s.sat_at) / 3600000, ramp(s.awake_reveals, 30, 90))
  if s.sittings >= 2 then add('breaks', sitting, ramp(s.sittings, 1, 6)) end
  if s.runs >= 1 then add('batches', s.same_runs, ramp(s.runs, 0, 3)) end
  if s.dwell_n >= 10 then
    add('dwell', math.exp(s.dwell_mean), ramp(s.dwell_n, 10, 30))
    add('same_dwell', math.sqrt(math.max(0, s.dwell_square - s.dwell_mean * s.dwell_mean)), ramp(s.dwell_n, 10, 30))
  end
  if s.proof_n >= 5 then add('unproven', s.unproven, ramp(s.proof_n, 5, 20)) end
  if s.network ~= 0 then add('networks', s.network_changes, 1) end
  if s.shared_device > 0 then add('shared_device', s.shared_device, 1) end
  sum = math.max(T.score.least, math.min(T.score.most, sum))
  return T.score.weight * sum * math.max(1, sum)
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

-- Going back and forth between the last three (an office, a home, a phone; two people) is no change.
local function change_network(s, network)
  if network == s.network then return end
  if s.network ~= 0 and network ~= s.network1 and network ~= s.network2 then s.network_changes = s.network_changes + 1 end
  if network == s.network1 then
    s.network, s.network1 = network, s.network
  else
    s.network, s.network1, s.network2 = network, s.network, s.network1
  end
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
  if network ~= 0 then change_network(s, network) end
  if args[a + 8] ~= '' then s.shared_device = tonumber(args[a + 8]) end

  local told, echo = args[a + 9] == '1' and {} or nil, 0
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
      -- One repetition may be chance; the next ones soon after are not.
      s.echoes = s.echoes * (1 - 1 / T.windows.purpose) + (echo and 1 or 0)
      echo = echo and T.score.echo * math.min(4, s.echoes) or 0
      s.score = math.max(0, s.score + weigh(s, now, told) + echo)
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
  if told and echo > 0 then
    for _, part in ipairs({'echo', '1', string.format('%.3f', echo)}) do told[#told + 1] = part end
  end
  redis.call('SET', keys[k + 1], close_state(s), 'EX', kept)
  return {s.step, string.format('%.4f', s.score), new and 1 or 0, unpack(told or {})}
end
