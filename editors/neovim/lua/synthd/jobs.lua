-- The jobs that this Neovim has seen, as the server tells of them. Nothing here is guessed: a
-- state is what the last synthd/job said.

local M = {}

local KEPT = 50
local jobs = {}
local order = {}

local OPEN = { running = true, ready = true, applying = true }

function M.open(job)
  return OPEN[job.state] == true
end

-- Ended without a program that holds, and the buffer has not been changed since.
function M.failed(job)
  return (job.state == 'unsolved' or job.state == 'undecided') and job.ended_tick ~= nil
end

function M.get(id)
  return jobs[id]
end

function M.know(id, uri, client_id)
  local job = jobs[id]
  if not job then
    job = { id = id, uri = uri, client_id = client_id, state = 'running', ['function'] = '', message = '' }
    jobs[id] = job
    table.insert(order, id)
    while #order > KEPT and not M.open(jobs[order[1]]) do
      jobs[table.remove(order, 1)] = nil
    end
  end
  return job
end

-- Takes over what a notification says; what it does not name stays. Returns the job.
function M.take(told, client_id)
  local job = M.know(told.job, told.uri, client_id)
  for key, value in pairs(told) do
    if value ~= vim.NIL and not (key == 'function' and value == '') then
      job[key] = value
    end
  end
  if job.state ~= 'ready' then
    job.preview, job.announced = nil, nil
  end
  if not M.open(job) then
    job.progress, job.question = nil, nil
  end
  return job
end

-- Those for which fits(job) is true, the newest first.
function M.list(fits)
  local found = {}
  for index = #order, 1, -1 do
    local job = jobs[order[index]]
    if not fits or fits(job) then
      table.insert(found, job)
    end
  end
  return found
end

-- The server is gone: nothing is known of its open jobs any more.
function M.forget(client_id)
  local gone = M.list(function(job)
    return job.client_id == client_id and M.open(job)
  end)
  for _, job in ipairs(gone) do
    job.state, job.progress, job.question, job.preview = 'left', nil, nil, nil
  end
  return gone
end

function M.name(job)
  return job['function'] ~= '' and job['function'] or 'the function'
end

-- "clamp · verified · it passes all 3 checks": a message often begins with the name and the state.
function M.label(job)
  local name, state = M.name(job), (job.state:gsub('_', ' '))
  local about = job.progress and job.progress.message or job.message
  for _, said in ipairs({ name .. ': ', name .. ' is ' .. state .. ': ', state .. ': ' }) do
    about = vim.startswith(about, said) and about:sub(#said + 1) or about
  end
  return about == state and name .. ' · ' .. state or ('%s · %s · %s'):format(name, state, about)
end

return M
