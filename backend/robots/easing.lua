-- Sets an account's score back to nothing, with the step it stood on. Stands after state.lua; KEYS[1] is the account's state.
local s = open_state(redis.call('GET', KEYS[1]))
if not s then return 0 end
-- What was done without any other work is answered for, too.
s.score, s.step, s.bare = 0, 0, 0
redis.call('SET', KEYS[1], close_state(s), 'KEEPTTL')
return 1
