-- The robot score: one account's state, moved by one action. Constant size, constant time; every number is in thresholds.toml (T).
--
-- score(keys, k, args, a): keys[k+1] state, keys[k+2] and keys[k+3] the people revealed in even and odd epochs;
-- args[a+1] instant (ms)   [a+2] action   [a+3] digest of the person (8 hex digits or more)   [a+4] position in the list
-- args[a+5] dwell (ms)     [a+6] proof: yes, no, forged   [a+7] digest of the network   [a+8] accounts on this device   [a+9] tell
-- What is unknown is an empty string and no evidence. Answers step, score, whether the step is new, and then (for a new step, or with
-- `tell`) what the last reveal showed: name, measure, evidence, …
--
-- Only a reveal of a new person moves the score. The rest is remembered and weighed then: what costs no credit proves little.

local exp, log, sqrt, max, min, floor, abs = math.exp, math.log, math.sqrt, math.max, math.min, math.floor, math.abs
local call, find, sub, format = redis.call, string.find, string.sub, string.format

local function whole_of(digest)
  return digest ~= '' and (tonumber(sub(digest, 1, 8), 16) or 0) or 0
end

-- A mean that fades over `window` values, and is plain while there are fewer: the share by which a new value moves it.
local function pull(count, window)
  return count + 1 < window and 1 / (count + 1) or 1 / window
end

local function ramp(x, from, to)
  local part = (x - from) / (to - from)
  return part <= 0 and 0 or part >= 1 and 1 or part
end

-- Time passed: what fades by the clock, what a rest or a break begins anew.
local function pass_time(s, now)
  local hours = (now - s.at) / 3600000
  local in_three_days = exp(-hours / 72)
  local in_a_day = in_three_days * in_three_days * in_three_days
  s.hour = s.hour * exp(-hours)
  s.day, s.network_changes = s.day * in_a_day, s.network_changes * in_a_day
  s.three_days = s.three_days * in_three_days
  s.score = s.score * exp(-hours / 24 / T.score.forget_days)
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
  s.gap6, s.gap5, s.gap4, s.gap3, s.gap2, s.gap1 = s.gap5, s.gap4, s.gap3, s.gap2, s.gap1, seconds
  local hash = 7
  for i = @gap1, @gap6 do hash = (hash * 131 + s[i]) % 4294967291 end
  hash = (hash * 40503) % 4294967291
  if hash % 16 ~= 0 then return false end
  local low, high = min(unpack(s, @gap1, @gap6)), max(unpack(s, @gap1, @gap6))
  if low < 1 or high < 3 * low or s.gap1 + s.gap2 + s.gap3 + s.gap4 + s.gap5 + s.gap6 < 40 then return false end
  local mark = struct.pack('<I4', hash)
  for i = 1, 4 * LANDMARKS, 4 do
    if sub(s.marks, i, i + 3) == mark then return true end
  end
  s.marks = sub(s.marks, 5) .. mark
  return false
end

local function end_run(s, gap)
  if s.last_run > 0 then
    local same = abs(s.run - s.last_run) <= max(1, 0.04 * s.run) and s.run >= 8
    local even = same and abs(gap - s.last_pause) <= 0.15 * gap
    s.same_runs = s.same_runs + ((even and 1 or same and 0.7 or 0) - s.same_runs) * pull(s.runs, 5)
    s.runs = s.runs + 1
  end
  s.last_run, s.last_pause, s.run = s.run, gap, 0
end

-- The time between two new people. Gaps are looked at in blocks, this one and the one before, so that a change shows soon and whole.
-- Returns whether the gap ends a sequence heard before.
local function hear_gap(s, now)
  local gap = (now - s.revealed_at) / 1000
  s.run = s.run + 1
  if s.revealed_at == 0 then return false end
  local usual = s.gaps1 + s.gaps >= 5 and exp((s.sum + s.sum1) / (s.gaps + s.gaps1)) or T.windows.pause
  local part = pull(s.lingering_n, T.windows.lingering)
  s.lingering = s.lingering + ((gap > 2 * usual and 1 or 0) - s.lingering) * part
  s.instant = s.instant + ((gap < 1.5 and 1 or 0) - s.instant) * part
  s.lingering_n = min(s.lingering_n + 1, T.windows.lingering)
  if gap > T.windows.pause or gap > 60 and gap > 10 * usual then
    s.run = s.run - 1
    end_run(s, gap)
    s.run = 1
    return false
  end
  if s.gaps >= T.windows.block then
    for i = 0, 6 do s[@gaps1 + i] = s[@gaps + i] end
    s.gaps, s.sum, s.square, s.plain, s.plain_square, s.low, s.high = 0, 0, 0, 0, 0, gap, gap
  end
  local in_log = log(max(gap, 0.05))
  s.gaps, s.sum, s.square = s.gaps + 1, s.sum + in_log, s.square + in_log * in_log
  s.plain, s.plain_square = s.plain + gap, s.plain_square + gap * gap
  s.low, s.high = min(s.gaps == 1 and gap or s.low, gap), max(s.high, gap)
  return hear_echo(s, floor(gap + 0.5))
end

local function count_people(s)
  local fade = 1 - 1 / T.windows.purpose
  for i = @again, @settings do s[i] = s[i] * fade end
  s.reveals, s.named, s.lookup = s.reveals * fade + 1, s.named * fade, s.lookup * fade
  s.hour, s.day, s.three_days, s.awake_reveals = s.hour + 1, s.day + 1, s.three_days + 1, s.awake_reveals + 1
  -- Whoever leaves people out is choosing.
  s.bare = s.lookup > 1.1 * s.reveals + 3 and 0.95 * s.bare or s.bare + 1
end

-- Something else than a reveal: how many reveals there were without any is forgotten by half.
local function do_other_work(s, place)
  s[place] = s[place] + 1
  if place ~= @lookup then s.bare = s.bare / 2 end
end

local function hear_signs(s, position, dwell, proof)
  if position then
    if s.position > 0 and position > 1 then
      s.ahead = s.ahead + ((position == s.position and 1 or 0) - s.ahead) * pull(s.ahead_n, T.windows.list)
      s.ahead_n = s.ahead_n + 1
    end
    s.position = position + 1
  end
  if dwell then
    local in_log, part = log(max(dwell, 1) / 1000), pull(s.dwell_n, T.windows.signs)
    s.dwell_mean = s.dwell_mean + (in_log - s.dwell_mean) * part
    s.dwell_square = s.dwell_square + (in_log * in_log - s.dwell_square) * part
    s.dwell_n = s.dwell_n + 1
  end
  if proof ~= '' then
    s.unproven = s.unproven + ((proof == 'yes' and 0 or 1) - s.unproven) * pull(s.proof_n, T.windows.signs)
    s.proof_n = s.proof_n + 1
  end
end

-- Each kind of other work counts up to a point, so that one button pressed over and over is no variety. Second looks are weighed apart.
local function count_variety(s)
  local variety, per_hundred = 0, 100 / (s.reveals + 25)
  for i = @search, @settings do
    local rate = (s[i] + 0.15) * per_hundred
    variety = variety + rate / (rate + 2)
  end
  return variety
end

local function tell(told, name, measure, evidence)
  told[#told + 1] = name
  told[#told + 1] = format('%.4f', measure)
  told[#told + 1] = format('%.3f', evidence)
end

-- Adds up the evidence: each measure as far as it is known (`sure`, 0 to 1), what speaks for a robot only in volume as far as there is any.
-- EVIDENCE(name; measure; sure) is written out: it adds to `sum`, where it counts without volume to
-- `beyond_hands`, and where it is asked for to `told`.
local function weigh(s, now, told)
  local sum, beyond_hands = -T.score.drift, 0
  local gate = max(ramp(s.hour, T.volume_gate.hour), ramp(s.day, T.volume_gate.day), ramp(s.three_days, T.volume_gate.three_days))
  -- Who gets up as people do may well have a dull list to work through.
  local sitting = max(s.sitting, (now - s.sat_at) / 3600000)
  local rested = ramp(s.sittings, 1, 4) * ramp(sitting, T.sitting.long, T.sitting.short)
  gate = gate * (1 - T.sitting.spares * rested)
  -- Hundreds of reveals and nothing else are volume too, at whatever pace.
  gate = max(gate, ramp(s.bare, T.volume_gate.bare))
  local gaps = s.gaps + s.gaps1
  -- Some dozens of profiles opened beforehand are clicked through in a minute. Then new ones must be found.
  local unprepared = ramp(max(s.run, s.last_run), 12, 40)
  if gaps >= 10 then
    local mean = (s.sum + s.sum1) / gaps
    local low, high = s.low, s.high
    if s.gaps1 > 0 then low, high = min(low, s.low1), max(high, s.high1) end
    EVIDENCE(pace; exp(mean); ramp(gaps, 10, 25) * unprepared)
    local evenness = sqrt(max(0, (s.square + s.square1) / gaps - mean * mean))
    EVIDENCE(evenness; evenness; ramp(gaps, 10, 30))
    EVIDENCE(span; high / max(low, 0.05); ramp(gaps, 15, 40))
    local plain = (s.plain + s.plain1) / gaps
    local spread = sqrt(max(1e-6, (s.plain_square + s.plain_square1) / gaps - plain * plain))
    EVIDENCE(bounds; (high - low) / spread; ramp(gaps, 20, 45))
  end
  if s.lingering_n >= 20 then
    EVIDENCE(lingering; s.lingering; ramp(s.lingering_n, 30, 80))
    if s.named > 0 then
      EVIDENCE(instant; s.instant; ramp(s.lingering_n, 20, 60) * unprepared)
    end
  end
  EVIDENCE(purpose; count_variety(s); 1)
  if s.lookup > 0.3 * s.reveals then
    EVIDENCE(looking; s.lookup / s.reveals; ramp(s.reveals, 30, 100))
  end
  if s.named > 0.5 * s.reveals then
    EVIDENCE(returning; s.again / s.reveals; ramp(s.reveals, 50, 150))
  end
  if s.ahead_n >= 10 then
    EVIDENCE(walking; s.ahead; ramp(s.ahead_n, 10, 40))
  end
  local volume = max(s.hour / T.evidence.volume.hour, s.day / T.evidence.volume.day, s.three_days / T.evidence.volume.three_days)
  EVIDENCE(volume; volume; 1)
  local known_awake = ramp(s.awake_reveals, 30, 90)
  EVIDENCE(awake; (now - s.woke_at) / 3600000; known_awake)
  EVIDENCE(unbroken; (now - s.sat_at) / 3600000; known_awake)
  if s.sittings >= 2 then
    EVIDENCE(breaks; sitting; ramp(s.sittings, 1, 6))
  end
  if s.runs >= 1 then
    EVIDENCE(batches; s.same_runs; ramp(s.runs, 0, 3))
  end
  if s.dwell_n >= 10 then
    local known = ramp(s.dwell_n, 10, 30)
    EVIDENCE(dwell; exp(s.dwell_mean); known)
    local even = sqrt(max(0, s.dwell_square - s.dwell_mean * s.dwell_mean))
    EVIDENCE(same_dwell; even; known)
  end
  if s.proof_n >= 5 then
    EVIDENCE(unproven; s.unproven; ramp(s.proof_n, 5, 20))
  end
  if s.network ~= 0 then
    EVIDENCE(networks; s.network_changes; 1)
  end
  if s.shared_device > 0 then
    EVIDENCE(shared_device; s.shared_device; 1)
  end
  sum = max(T.score.least, min(T.score.most, sum))
  return T.score.weight * sum * max(1, sum), beyond_hands
end

-- The highest step reached. One that has begun ends at half of its threshold.
local function climb(s)
  local function reached(step, threshold)
    return s.score >= (step <= s.step and 0.5 or 1) * threshold
  end
  local step = reached(3, T.ladder.hold) and 3 or reached(2, T.ladder.ask) and 2 or reached(1, T.ladder.watch) and 1 or 0
  local new = step > s.step
  s.step = step
  return new
end

-- Whether a list of people, three bytes each, has this one.
local function lists(people, mark)
  local at = 0
  repeat at = find(people, mark, at + 1, true) until not at or at % 3 == 1
  return at
end

-- Whether this person was not revealed in this epoch or the one before.
local function meet(s, now, person, keys, k)
  local epoch, mark = floor(now / 3600000 / T.windows.epoch_hours), struct.pack('<I3', person % 16777216)
  local this, other = keys[k + 2 + epoch % 2], keys[k + 3 - epoch % 2]
  local begins = epoch ~= s.epoch
  if begins then
    s.met_before = epoch == s.epoch + 1 and call('EXISTS', other) or 0
    if s.met_before == 0 then call('DEL', this, other) else call('DEL', this) end
    s.epoch = epoch
  end
  local people = not begins and call('GET', this) or ''
  if lists(people, mark) then return false end
  if #people < 3 * T.windows.people then call('APPEND', this, mark) end
  if begins then call('EXPIRE', this, KEPT) end
  return s.met_before == 0 or not lists(call('GET', other) or '', mark)
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

-- Where another kind of action is counted, if it is one that says something.
local function place_of(action)
  return ({
    lookup = @lookup, search = @search, filter = @filter, note = @note, tag = @tag, group = @group, export = @export,
    crm_push = @crm_push, view_contact = @view_contact, settings = @settings,
  })[action]
end

local function score(keys, k, args, a)
  local now, action, digest, proof = tonumber(args[a + 1]), args[a + 2], args[a + 3], args[a + 6]
  local s = open_state(call('GET', keys[k + 1]))
  if not s or now - s.at > 1000 * KEPT then s = new_state(now) end
  now = max(now, s.at)
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
      new = meet(s, now, person, keys, k)
      s.person = person
    end
    if new and not same and action == 'reveal' then
      count_people(s)
      if person ~= 0 then s.named = s.named + 1 end
      local repeated = hear_gap(s, now)
      s.revealed_at = now
      hear_signs(s, tonumber(args[a + 4]), tonumber(args[a + 5]), proof)
      -- One repetition may be chance; the next ones soon after are not.
      s.echoes = s.echoes * (1 - 1 / T.windows.purpose) + (repeated and 1 or 0)
      if repeated then echo = T.score.echo * min(4, s.echoes) end
      local weight, beyond_hands = weigh(s, now, told)
      -- What a dull list looks like, too, leads to a question, and no further.
      local most = beyond_hands + echo < T.score.beyond_hands and max(s.score, T.score.dull) or 2 * T.ladder.hold
      s.score = max(0, min(most, s.score + weight + echo))
    elseif not same then
      do_other_work(s, @again)
    end
  else
    local place = place_of(action)
    if place then do_other_work(s, place) end
  end
  if proof == 'forged' then s.score = max(s.score, T.ladder.hold) end
  s.score = min(s.score, 2 * T.ladder.hold)

  local new = climb(s)
  if new and not told then
    told = {}
    weigh(s, now, told)
  end
  if told and echo > 0 then tell(told, 'echo', 1, echo) end
  call('SET', keys[k + 1], close_state(s), 'EX', KEPT)
  return {s.step, format('%.4f', s.score), new and 1 or 0, unpack(told or {})}
end
