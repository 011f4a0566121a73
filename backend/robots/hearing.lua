-- What is heard of an action, written into the state: time passed, gaps between people, lists, stays, proofs. Stands before score.lua.

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
