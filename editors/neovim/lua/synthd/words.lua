-- How states are written at a function's line and in the status line.

local idle = require('synthd.idle')
local jobs = require('synthd.jobs')

local M = {}

local GROUPS = {
  SynthdRunning = 'DiagnosticInfo',
  SynthdReady = 'DiagnosticWarn',
  SynthdVerified = 'DiagnosticOk',
  SynthdStale = 'DiagnosticWarn',
  SynthdFailed = 'DiagnosticError',
  SynthdUnknown = 'DiagnosticHint',
}

-- For lists to choose from: lines that wrap are hard to read there.
function M.short(line)
  local room = vim.o.columns - 6
  if vim.fn.strdisplaywidth(line) <= room then
    return line
  end
  return vim.fn.strcharpart(line, 0, room - 1) .. '…'
end

function M.highlight()
  for group, link in pairs(GROUPS) do
    vim.api.nvim_set_hl(0, group, { link = link, default = true })
  end
end

-- Since it was asked for; of a job that was asked for elsewhere, since it began. The server tells of
-- a search only when something has happened in it.
local function seconds(job)
  local now, told = idle.now(), (job.progress or {}).seconds or 0
  local since_told = job.told_at and (now - job.told_at) / 1000 or 0
  local since_asked = job.asked_at and (now - job.asked_at) / 1000 or 0
  return math.floor(math.max(told + since_told, since_asked))
end

-- "7 of 40 · best 2/3 · 14 s"; before anything is known what the server says.
function M.progress(job)
  local progress = job.progress or {}
  local parts = {}
  local function add(...)
    table.insert(parts, string.format(...))
  end
  local message = progress.message or 'starting'
  if (progress.programs or 0) == 0 and not message:find('·', 1, true) then
    add('%s', message) -- "waiting for its turn"
  elseif (progress.maxPrograms or 0) > 0 then
    add('%d of %d', progress.programs or 0, progress.maxPrograms)
  end
  local best = progress.best
  if type(best) == 'table' and (best.total or 0) > 0 then
    add('best %d/%d', best.passed, best.total)
  end
  if #parts == 0 then
    add('%s', message)
  end
  if seconds(job) >= 1 then
    add('%d s', seconds(job))
  end
  return table.concat(parts, ' · ')
end

-- With what a job runs: "seidr · qwen2.5-coder:0.5b · this machine".
function M.ran(progress)
  local parts = {}
  for _, part in ipairs({ progress.strategy or '', progress.model or '', progress.endpoint or '' }) do
    if type(part) == 'string' and part ~= '' then
      table.insert(parts, part)
    end
  end
  return table.concat(parts, ' · ')
end

-- Text and highlight group for a job that is to be shown, or nil.
function M.job(job)
  if job.question then
    return '? asks: :Synthd answer', 'SynthdReady'
  elseif job.state == 'ready' then
    return '◆ ready: :Synthd preview', 'SynthdReady'
  elseif job.state == 'applying' then
    return '… applying', 'SynthdRunning'
  elseif jobs.open(job) then
    return '⟳ ' .. M.progress(job), 'SynthdRunning'
  elseif jobs.failed(job) then
    return job.partial == true and '✗ not solved: :Synthd! accept takes the best' or '✗ not solved', 'SynthdFailed'
  end
end

-- Text and highlight group for what is known about a function, or nil.
function M.standing(known)
  if known.state == 'queued' then
    return '… queued', 'SynthdRunning'
  elseif known.state == 'running' then
    return '⟳ verifying', 'SynthdRunning'
  elseif known.state == 'verified' then
    local grade = known.grade
    local named = type(grade) == 'string' and grade ~= '' and grade ~= 'unknown'
    return '✓ verified' .. (named and ' · ' .. grade or ''), 'SynthdVerified'
  elseif known.state == 'stale' then
    return '○ stale', 'SynthdStale'
  elseif known.state == 'failed' then
    local total, passed = known.total or 0, known.passed or 0
    local share = total > 0 and (' %d of %d'):format(total - passed, total) or ''
    return '✗ failed' .. share, 'SynthdFailed'
  elseif known.state == 'unknown' and (known.at or 0) > 0 then -- else nobody has tried yet
    return '? unknown', 'SynthdUnknown'
  end
end

return M
