-- How states are written at a function's line and in the status line.

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

function M.highlight()
  for group, link in pairs(GROUPS) do
    vim.api.nvim_set_hl(0, group, { link = link, default = true })
  end
end

-- "7 of 40 · best 2/3 · 14 s"; before anything is known what the server says.
function M.progress(progress)
  if not progress then
    return 'starting'
  end
  local parts = {}
  local function add(...)
    table.insert(parts, string.format(...))
  end
  if (progress.maxPrograms or 0) > 0 then
    add('%d of %d', progress.programs or 0, progress.maxPrograms)
  end
  local best = progress.best
  if type(best) == 'table' and (best.total or 0) > 0 then
    add('best %d/%d', best.passed, best.total)
  end
  if #parts == 0 then
    return progress.message or 'running'
  end
  if (progress.seconds or 0) >= 1 then
    add('%d s', math.floor(progress.seconds))
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

-- Text and highlight group for an open job, or nil.
function M.job(job)
  if job.question then
    return '? asks: :Synthd answer', 'SynthdReady'
  elseif job.state == 'ready' then
    return '◆ ready: :Synthd preview', 'SynthdReady'
  elseif job.state == 'applying' then
    return '… applying', 'SynthdRunning'
  elseif jobs.open(job) then
    return '⟳ ' .. M.progress(job.progress), 'SynthdRunning'
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
