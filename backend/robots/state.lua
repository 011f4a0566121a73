-- What is kept of an account: some seventy numbers and 48 landmarks, packed into one string of constant size. Stands before score.lua.

local INSTANTS, NUMBERS, WHOLE, LANDMARKS = 5, 59, 5, 48
local NAMES = {
  'at', 'revealed_at', 'woke_at', 'sat_at', 'score',
  'step', 'position', 'shared_device', 'hour', 'day', 'three_days', 'awake_reveals',
  'gaps', 'sum', 'square', 'low', 'high', 'gaps1', 'sum1', 'square1', 'low1', 'high1',
  'plain', 'plain_square', 'plain1', 'plain_square1', 'sitting', 'sittings', 'echoes',
  'lingering', 'lingering_n', 'instant', 'run', 'last_run', 'last_pause', 'same_runs', 'runs',
  'reveals', 'named', 'lookup', 'again', 'search', 'filter', 'note', 'tag', 'group', 'export', 'crm_push', 'view_contact', 'settings',
  'ahead', 'ahead_n', 'dwell_n', 'dwell_mean', 'dwell_square', 'proof_n', 'unproven', 'network_changes',
  'gap1', 'gap2', 'gap3', 'gap4', 'gap5', 'gap6',
  'epoch', 'person', 'network', 'network1', 'network2',
}
local FORMAT = '<' .. string.rep('d', INSTANTS) .. string.rep('f', NUMBERS) .. string.rep('I4', WHOLE)
local SIZE = 8 * INSTANTS + 4 * (NUMBERS + WHOLE)

-- The landmarks follow the numbers, four bytes each, and stay packed: they are looked at once in 16 reveals.
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
