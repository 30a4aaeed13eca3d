-- Which job a command is about.

local jobs = require('synthd.jobs')
local marks = require('synthd.marks')
local say = require('synthd.say')
local words = require('synthd.words')

local M = {}

local function at_cursor(job, bufnr)
  local known = marks.at(bufnr, vim.api.nvim_win_get_cursor(0)[1] - 1)
  local here = vim.uri_to_fname(job.uri) == vim.api.nvim_buf_get_name(bufnr)
  return here and known ~= nil and known['function'] == job['function']
end

function M.among(found, prompt, use)
  local function label(job)
    return words.short(jobs.label(job))
  end
  vim.ui.select(found, { prompt = prompt, kind = 'synthd.job', format_item = label }, function(job)
    if job then
      use(job)
    end
  end)
end

local function named(id, use)
  local job = jobs.get(id)
  if job then
    return use(job)
  end
  say.error('there is no job ' .. id)
end

local function here(found)
  local bufnr = vim.api.nvim_get_current_buf()
  return vim.tbl_filter(function(job)
    return at_cursor(job, bufnr)
  end, found)
end

-- The job that is named; else the newest at the cursor; else the newest.
function M.newest(id, nothing, use)
  if id then
    return named(id, use)
  end
  local found = jobs.list()
  local job = here(found)[1] or found[1]
  if job then
    use(job)
  else
    say.info(nothing)
  end
end

-- The job that is named; else the only one; else the one at the cursor; else the user chooses.
function M.one(id, fits, nothing, prompt, use)
  if id then
    return named(id, use)
  end
  local found = jobs.list(fits)
  local near = here(found)
  if #found == 0 then
    say.info(nothing)
  elseif #found == 1 then
    use(found[1])
  elseif #near == 1 then
    use(near[1])
  else
    M.among(found, prompt, use)
  end
end

return M
