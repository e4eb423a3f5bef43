/** The id, the ttl; the key of the ended id comes last. Answers what came of it, how the windows stand, and more where it was refused. */
export const reserve = `
local id, ttl, ended = ARGV[1], tonumber(ARGV[2]), KEYS[#KEYS]
local more = sweep()
if redis.call('GET', ended) == run then return {'ended'} end
if isHeld(id) then return {'reserved', said(readings())} end

local before, missing = readings(), {}
for i = 1, #windows do
  if before[i][4] == -1 then missing[#missing + 1] = i end
end
if #missing > 0 then return {'missing', missing} end

local refusals = {}
for i = 1, #windows do
  local window = windows[i]
  local used = before[i][1]
  if window.limit and used + window.amount > window.limit then
    local retryIn = -1
    if window.kind == 'r' and window.amount <= window.limit then
      for _, one in ipairs(counting(window)) do
        used = used - one[2]
        if used + window.amount <= window.limit then
          retryIn = freeAt(one[1], window.span) - now
          break
        end
      end
    end
    refusals[#refusals + 1] = {i, retryIn}
  end
end
if #refusals > 0 then
  if more then return {'again'} end
  return {'refused', said(before), refusals}
end

lease(id, ttl, now)
for i = 1, #windows do
  local window, after = windows[i], before[i]
  after[1] = after[1] + window.amount
  if window.kind == 'r' then
    local slot = slotOf(window.span, now)
    add(window, slot, window.amount)
    if window.amount > 0 then after[3] = math.max(after[3], freeAt(slot, window.span) - now) end
  else
    after[2] = after[2] + window.amount
  end
  if window.kind == 's' then keep(window, ttl) end
end
return {'reserved', said(before)}
`;

/** The id, the ttl; the key of the ended id comes last. 0 where it has ended. */
export const renew = `
local id, ttl, ended = ARGV[1], tonumber(ARGV[2]), KEYS[#KEYS]
if redis.call('GET', ended) == run then return 0 end
-- What an expired reservation took of rates has not been given back, and is not taken twice.
if isHeld(id) then expire(id, ttl) else lease(id, ttl, -1) end
for i = 1, #windows do
  if windows[i].kind == 's' then keep(windows[i], ttl) end
end
return 1
`;

/** The id, for how long its end is remembered; the key of the ended id comes last. Limits are the true amounts. */
export const finish = `
local id, memory, ended = ARGV[1], ARGV[2], KEYS[#KEYS]
if redis.call('GET', ended) == run then return 0 end
local wasHeld = isHeld(id)
local moment = free(id)
redis.call('SET', ended, run, 'PX', memory)
for i = 1, #windows do
  local window = windows[i]
  local truth = window.limit
  if window.kind == 's' then
    if truth > 0 then
      begin(window.key)
      redis.call('HINCRBY', window.key, 'spent', text(truth))
    end
    keep(window, 0)
  end
  if window.kind == 'r' and wasHeld and moment >= 0 then
    -- What was reserved gives way to the truth where it was counted; what goes beyond it counts from now on.
    if truth > window.amount then add(window, slotOf(window.span, now), truth - window.amount) end
    if truth < window.amount then add(window, slotOf(window.span, moment), truth - window.amount) end
  end
end
return 1
`;

/** Amounts are what had been spent. */
export const open = `
for i = 1, #windows do
  local sum = windows[i]
  begin(sum.key)
  if redis.call('HSETNX', sum.key, 'opened', text(now)) == 1 then
    if sum.amount > 0 then redis.call('HINCRBY', sum.key, 'spent', text(sum.amount)) end
  end
  keep(sum, 0)
end
return 1
`;

export const read = `
if sweep() then return {'again'} end
return {'read', said(readings())}
`;
