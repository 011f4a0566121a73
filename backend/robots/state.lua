-- What is kept of an account: some seventy numbers and 48 landmarks, packed into one string of constant size. Stands before the others.
-- In these files `s.name` is a number of the state, `@name` its place, `T.…` a number of thresholds.toml: see scripts.py.

local function open_state(raw)
  return raw and #raw == SIZE and {struct.unpack(FORMAT, raw)} or nil
end

local function new_state(now)
  local s = {}
  for place = 1, PLACES do s[place] = 0 end
  s.marks = string.rep('\0', 4 * LANDMARKS)
  s.at, s.woke_at, s.sat_at = now, now, now
  return s
end

local function close_state(s)
  return struct.pack(FORMAT, unpack(s, 1, PLACES))
end
