/**
 * What all scripts begin with. Each is given the two keys of a root's reservations and then one for each window, all of one hash slot; every key that is touched
 * is among them. Numbers are written with `%.0f`: Lua's own way of writing them loses digits above 10^14.
 *
 * - `reservations`, a hash: `run` is the run of the server that it comes from, `l<id>` is a reservation (the moment of it, then field and amount of all that it holds), `s<key>` and `g<key>` what is
 *   reserved in a sum, and what is under way in a gauge.
 * - `expiries`, a sorted set: when each reservation expires. Both live exactly as long as each other.
 * - each sum, a hash: `run`, `spent`, and `opened` once it is.
 * - each rate, a hash: amounts by the numbers of slots of time.
 * - each ended id: the run.
 *
 * A server that has started anew brings back what it had saved, which may be long ago: what was spent since would never be missed. So sums, reservations and ends of another run
 * count as lost. Where the user may not ask for the run, all runs are one.
 */
export const prelude = `
local reservations, expiries = KEYS[1], KEYS[2]
local slots, sweeping = 30, 200

local info = redis.pcall('INFO', 'server')
local run = type(info) == 'string' and string.match(info, 'run_id:(%w+)') or ''

local function isOfThisRun(hash) return redis.call('HGET', hash, 'run') == run end

-- Forgets what another run has left.
local function begin(hash)
  if isOfThisRun(hash) then return end
  redis.call('DEL', hash)
  redis.call('HSET', hash, 'run', run)
end

if not isOfThisRun(reservations) and redis.call('EXISTS', reservations) == 1 then redis.call('DEL', reservations, expiries) end

local function text(number) return string.format('%.0f', number) end

local function windowAt(i)
  local at = 2 + (i - 1) * 5
  return {
    key = KEYS[2 + i], kind = ARGV[at + 1], field = ARGV[at + 1] .. ARGV[at + 2],
    amount = tonumber(ARGV[at + 3]), limit = tonumber(ARGV[at + 4]), span = tonumber(ARGV[at + 5])
  }
end

local windows = {}
for i = 1, (#ARGV - 2) / 5 do windows[i] = windowAt(i) end

local function hold(field, amount)
  if amount > 0 then redis.call('HINCRBY', reservations, field, text(amount)) end
end

local function held(field) return tonumber(redis.call('HGET', reservations, field) or '0') end

-- Forgets a reservation, and answers when it was made.
local function free(id)
  -- This comes first and needs no memory: Redis lets a script that has begun to write go on where its memory is full.
  redis.call('ZREM', expiries, id)
  local packed = redis.call('HGET', reservations, 'l' .. id)
  if not packed then return nil end
  redis.call('HDEL', reservations, 'l' .. id)
  local lease = cmsgpack.unpack(packed)
  for i = 2, #lease, 2 do
    if redis.call('HINCRBY', reservations, lease[i], text(-lease[i + 1])) <= 0 then redis.call('HDEL', reservations, lease[i]) end
  end
  if redis.call('EXISTS', expiries) == 0 then redis.call('DEL', reservations) end
  return lease[1]
end

-- Frees what has expired, some at a time; answers whether there is more.
local function sweep()
  local expired = redis.call('ZRANGEBYSCORE', expiries, '-inf', text(now), 'LIMIT', 0, sweeping)
  for i = 1, #expired do free(expired[i]) end
  return #expired == sweeping
end

local function isHeld(id)
  local expiry = redis.call('ZSCORE', expiries, id)
  if not expiry then return false end
  if tonumber(expiry) > now then return true end
  free(id)
  return false
end

local function expire(id, ttl)
  redis.call('ZADD', expiries, text(now + ttl), id)
  -- What nobody comes back to goes away by itself, long after its last reservation has expired.
  if redis.call('PTTL', expiries) < ttl + 60000 then
    redis.call('PEXPIRE', reservations, text(ttl + 120000))
    redis.call('PEXPIRE', expiries, text(ttl + 120000))
  end
end

-- Holds what a call reserves in sums and gauges; the moment is that of its rates, -1 where they were not asked.
local function lease(id, ttl, moment)
  local parts = {moment}
  for i = 1, #windows do
    local window = windows[i]
    if window.kind ~= 'r' and window.amount > 0 then
      hold(window.field, window.amount)
      parts[#parts + 1] = window.field
      parts[#parts + 1] = window.amount
    end
  end
  redis.call('HSET', reservations, 'run', run, 'l' .. id, cmsgpack.pack(parts))
  expire(id, ttl)
end

-- A sum is kept for its span after its last use, and as long as something is reserved in it.
local function keep(sum, ttl)
  if not sum.span then
    redis.call('PERSIST', sum.key)
    return
  end
  local wanted = math.max(sum.span, ttl)
  if redis.call('PTTL', sum.key) > wanted and held(sum.field) > 0 then return end
  redis.call('PEXPIRE', sum.key, text(wanted))
end

local function slotOf(period, moment) return math.floor(moment * slots / period) end

local function counts(slot, period) return slotOf(period, now) <= slot + slots end

local function freeAt(slot, period) return math.ceil((slot + slots + 1) * period / slots) end

-- The slots of a rate that count, the oldest first, and their sum.
local function counting(rate)
  local all, found, used = redis.call('HGETALL', rate.key), {}, 0
  for i = 1, #all, 2 do
    local slot = tonumber(all[i])
    if counts(slot, rate.span) then
      found[#found + 1] = {slot, tonumber(all[i + 1])}
      used = used + found[#found][2]
    end
  end
  table.sort(found, function(one, other) return one[1] < other[1] end)
  return found, used
end

local function add(rate, slot, amount)
  local all = redis.call('HKEYS', rate.key)
  for i = 1, #all do
    if not counts(tonumber(all[i]), rate.span) then redis.call('HDEL', rate.key, all[i]) end
  end
  if amount ~= 0 and redis.call('HINCRBY', rate.key, text(slot), text(amount)) <= 0 then redis.call('HDEL', rate.key, text(slot)) end
  redis.call('PEXPIRE', rate.key, text(2 * rate.span))
end

-- What is used, what of it is reserved, in how long nothing counts any more, and when it was opened: -1 for never.
local function reading(window)
  if window.kind == 'r' then
    local found, used = counting(window)
    local last = found[#found]
    return {used, 0, last and math.max(0, freeAt(last[1], window.span) - now) or 0, 0}
  end
  local reserved = held(window.field)
  if window.kind == 'g' then return {reserved, reserved, 0, 0} end
  local sum = redis.call('HMGET', window.key, 'spent', 'opened', 'run')
  if not sum[2] or sum[3] ~= run then return {0, 0, 0, -1} end
  return {tonumber(sum[1] or '0') + reserved, reserved, 0, tonumber(sum[2])}
end

local function readings()
  local all = {}
  for i = 1, #windows do all[i] = reading(windows[i]) end
  return all
end

-- As text: a client that reads numbers digit by digit may lose the last ones of the largest.
local function said(all)
  for i = 1, #all do all[i] = {text(all[i][1]), text(all[i][2]), all[i][3], all[i][4]} end
  return all
end
`;
