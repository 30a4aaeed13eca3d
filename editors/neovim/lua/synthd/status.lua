-- What the status line shows, and :Synthd status.

local jobs = require('synthd.jobs')
local words = require('synthd.words')

local M = {}

local latest = {} -- by client: what synthd/status said last

function M.take(told, client_id)
  latest[client_id] = told
end

function M.forget(client_id)
  latest[client_id] = nil
end

local function of_state(state)
  return jobs.list(function(job)
    return job.state == state
  end)
end

local function text(client_id, idle)
  local told = latest[client_id] or {}
  local asking = jobs.list(function(job)
    return job.question ~= nil
  end)
  local ready, running = of_state('ready'), of_state('running')
  if #asking > 0 then
    return ('? %s asks'):format(jobs.name(asking[1]))
  elseif #ready > 0 then
    return ('◆ %s is ready'):format(#ready == 1 and jobs.name(ready[1]) or #ready .. ' edits')
  elseif #running > 0 then
    local name = running[1]['function'] ~= '' and running[1]['function'] .. ' ' or ''
    local more = #running > 1 and (' (+%d)'):format(#running - 1) or ''
    return ('⟳ %s%s%s'):format(name, words.progress(running[1]), more)
  elseif told.state == 'problem' then
    local message = type(told.message) == 'string' and told.message or ''
    return '! ' .. (message ~= '' and message or (told.model or 'the model') .. ' is not ready')
  end
  return idle or (type(told.model) == 'string' and told.model ~= '') and told.model or 'idle'
end

-- For 'statusline', where % has a meaning.
function M.line(client_id)
  return (('synthd: ' .. text(client_id)):gsub('%%', '%%%%'))
end

local function number(value)
  return type(value) == 'number' and value > 0 and value or nil
end

-- "24 programs or 120 s, usually 9 s".
local function budget(forecast)
  local said = {}
  local programs, seconds = number(forecast.programs), number(forecast.seconds)
  if programs and seconds then
    table.insert(said, ('%d programs or %d s'):format(programs, seconds))
  end
  local expected = number(forecast.expected)
  if expected then
    table.insert(said, ('usually %.0f s'):format(expected))
  end
  return table.concat(said, ', ')
end

-- Lines with what runs, and with what a search here would run; forecast: the server's, or nil.
function M.describe(client, forecast)
  local told = latest[client.id] or {}
  local with = forecast or told
  local lines = { 'synthd: ' .. text(client.id, 'idle') }
  local function add(name, value)
    if type(value) == 'string' and value ~= '' then
      table.insert(lines, ('%-9s %s'):format(name, value))
    end
  end
  if forecast then
    add('problem', forecast.problem)
  end
  add('model', with.model)
  add('runs', with.endpoint)
  add('strategy', with.strategy)
  add('budget', budget(with))
  add('sandbox', with.sandbox)
  return lines
end

return M
