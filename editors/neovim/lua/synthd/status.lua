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
    return '! ' .. (told.message or 'problem')
  end
  return (type(told.model) == 'string' and told.model ~= '') and told.model or 'idle'
end

-- For 'statusline', where % has a meaning.
function M.line(client_id)
  return (('synthd: ' .. text(client_id)):gsub('%%', '%%%%'))
end

-- One line with all that is known.
function M.describe(client)
  local told = latest[client.id] or {}
  local parts = { text(client.id) }
  for _, key in ipairs({ 'model', 'endpoint', 'strategy', 'message' }) do
    local value = told[key]
    if type(value) == 'string' and value ~= '' and not vim.list_contains(parts, value) then
      table.insert(parts, value)
    end
  end
  return table.concat(parts, ' · ')
end

return M
