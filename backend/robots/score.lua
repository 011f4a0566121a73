-- The robot score: one account's state, moved by one action. Constant size, constant time; every number is in thresholds.toml (T).
--
-- score(keys, k, args, a): keys[k+1] state, keys[k+2] and keys[k+3] the people revealed in even and odd epochs;
-- args[a+1] instant (ms)   [a+2] action   [a+3] digest of the person (8 hex digits or more)   [a+4] position in the list
-- args[a+5] dwell (ms)     [a+6] proof: yes, no, forged   [a+7] digest of the network   [a+8] accounts on this device   [a+9] tell
-- What is unknown is an empty string and no evidence. Answers step, score, whether the step is new, and then (for a new step, or with
-- `tell`) what the last reveal showed: name, measure, evidence, …
--
-- Only a reveal of a new person moves the score. The rest is remembered and weighed then: what costs no credit proves little.

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
