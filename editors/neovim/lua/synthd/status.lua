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

local function text(client_id)
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
    return ('⟳ %s%s%s'):format(name, words.progress(running[1].progress), more)
  elseif told.state == 'problem' then
    local message = type(told.message) == 'string' and told.message or ''
    return '! ' .. (message ~= '' and message or (told.model or 'the model') .. ' is not ready')
  end
  return (type(told.model) == 'string' and told.model ~= '') and told.model or 'idle'
end

-- For 'statusline', where % has a meaning.
function M.line(client_id)
  return (('synthd: ' .. text(client_id)):gsub('%%', '%%%%'))
end

local function number(value)
  return type(value) == 'number' and value > 0 and value or nil
end

-- What a search would run with: "qwen2.5-coder:1.5b · this machine · auto · 24 programs or 120 s ·
-- usually 9 s".
local function with(forecast)
  local parts = { forecast.model, forecast.endpoint, forecast.strategy }
  local programs, seconds = number(forecast.programs), number(forecast.seconds)
  if programs and seconds then
    table.insert(parts, ('%d programs or %d s'):format(programs, seconds))
  end
  local expected = number(forecast.expected)
  if expected then
    table.insert(parts, ('usually %.0f s'):format(expected))
  end
  return parts
end

-- One line with what is known of what runs, and of what would; forecast: the server's, or nil.
function M.describe(client, forecast)
  local told = latest[client.id] or {}
  local parts = { text(client.id) }
  if forecast and type(forecast.problem) == 'string' and forecast.problem ~= '' then
    return forecast.problem
  end
  vim.list_extend(parts, forecast and with(forecast) or { told.model, told.endpoint, told.strategy })
  local said = {}
  for _, part in ipairs(parts) do
    if type(part) == 'string' and part ~= '' and not vim.list_contains(said, part) then
      table.insert(said, part)
    end
  end
  return table.concat(said, ' · ')
end

return M
