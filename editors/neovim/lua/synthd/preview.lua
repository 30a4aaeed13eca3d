-- A finished edit as a diff in a floating window, with keys to accept or reject it. Closing the
-- window decides nothing: the job stays ready.

local jobs = require('synthd.jobs')
local options = require('synthd.options')
local idle = require('synthd.idle')
local say = require('synthd.say')
local search = require('synthd.search')

local M = {}

local valid = vim.api.nvim_buf_is_valid

local SOON = 1500 -- ms
local KEYS = ' a accept · r reject · q later '

local shown = {} -- { job =, window = }, one at a time

-- Not "verified": that is said of what stands in the buffer.
local function title(job)
  local grade = job.preview.grade or job.grade
  local checked = type(grade) == 'string' and grade ~= '' and ' · checked: ' .. grade or ''
  return (' synthd: %s%s '):format(jobs.name(job), checked)
end

local function place(lines, job)
  local width = vim.fn.strdisplaywidth(KEYS)
  for _, line in ipairs(lines) do
    width = math.max(width, vim.fn.strdisplaywidth(line))
  end
  width = math.max(width, vim.fn.strdisplaywidth(title(job)))
  width = math.min(width, vim.o.columns - 4)
  local height = math.max(1, math.min(#lines, vim.o.lines - 6))
  return {
    relative = 'editor',
    row = math.max(0, math.floor((vim.o.lines - height) / 2) - 2),
    col = math.max(0, math.floor((vim.o.columns - width) / 2) - 1),
    width = width,
    height = height,
    style = 'minimal',
    border = 'rounded',
    title = title(job),
    footer = KEYS,
    footer_pos = 'right',
  }
end

function M.close()
  if shown.window and vim.api.nvim_win_is_valid(shown.window) then
    vim.api.nvim_win_close(shown.window, true)
  end
  shown = {}
end

local function map(bufnr, key, act, what)
  vim.keymap.set('n', key, act, { buffer = bufnr, nowait = true, silent = true, desc = what })
end

local function map_keys(bufnr, job)
  local decide = require('synthd.decide')
  map(bufnr, 'a', function()
    M.close()
    decide.accept(job)
  end, 'Accept the edit')
  map(bufnr, 'r', function()
    M.close()
    decide.reject(job)
  end, 'Reject the edit')
  map(bufnr, 'q', M.close, 'Decide later')
  map(bufnr, '<Esc>', M.close, 'Decide later')
end

local function lines_of(job)
  local text = job.preview.diff
  if type(text) ~= 'string' or text == '' then
    text = job.preview.after or job.preview.newText or ''
  end
  return vim.split((text:gsub('\n+$', '')), '\n')
end

-- Opens the window and goes into it. The job must be ready.
function M.open(job)
  M.close()
  local lines = lines_of(job)
  local bufnr = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, lines)
  vim.bo[bufnr].bufhidden = 'wipe'
  vim.bo[bufnr].filetype = 'diff'
  vim.bo[bufnr].modifiable = false
  map_keys(bufnr, job)
  local window = vim.api.nvim_open_win(bufnr, true, place(lines, job))
  vim.wo[window].wrap = false
  shown = { job = job, window = window }
  job.seen = true
end

local function in_window()
  return vim.api.nvim_get_current_win() == shown.window
end

-- A job is ready: show it when that disturbs nobody, and say so where it has to wait. The server
-- says it again whenever the document has changed: what the user has seen is not shown twice.
function M.offer(job, bufnr)
  if shown.job == job then
    if in_window() then
      M.open(job)
    else
      M.close()
    end
  end
  if job.seen or job.announced then
    return
  end
  job.announced = true
  local function wanted()
    return job.state == 'ready' and job.preview ~= nil and not job.seen and valid(bufnr)
  end
  local opened = options.get('open')
    and bufnr
    and idle.when(search.looks(job, bufnr), job.asked_at or 0, wanted, function()
      M.open(job)
    end)
  local function announce()
    if job.state == 'ready' and not job.seen then
      say.info(('%s is ready: :Synthd preview'):format(jobs.name(job)))
    end
  end
  if not bufnr or not options.get('open') then
    announce() -- it will not open by itself
  elseif not opened then
    vim.defer_fn(announce, SOON) -- what is about to open says it itself
  end
end

-- The job is ready no longer.
function M.withdraw(job)
  if shown.job == job then
    M.close()
  end
end

return M
