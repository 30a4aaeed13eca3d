-- When it is polite to open a window: the user looks at the buffer, in normal mode, and has not
-- pressed a key for a moment (or none at all since they asked). A window that takes the focus while
-- somebody types would take their keys, too.

local M = {}

local QUIET = 700 -- ms
local LOOK = 60 -- ms between looks

local last = 0
local watching = false

local function now()
  return vim.uv.hrtime() / 1e6
end

function M.watch()
  if watching then
    return
  end
  watching = true
  vim.on_key(function(_, typed)
    if typed and typed ~= '' then
      last = now()
    end
  end, vim.api.nvim_create_namespace('synthd.idle'))
end

M.now = now

local function free(looks, asked)
  local mode = vim.api.nvim_get_mode()
  return mode.mode == 'n'
    and not mode.blocking
    and (not looks or looks(vim.api.nvim_get_current_buf()))
    and vim.fn.reg_recording() == ''
    and (last <= asked or now() - last > QUIET)
end

-- Calls act() as soon as that is polite, unless wanted() has become false before. True where it
-- was called at once. looks(bufnr): whether that buffer, the current one, is where it may open; nil
-- where it may open anywhere.
function M.when(looks, asked, wanted, act)
  if free(looks, asked) then
    act()
    return true
  end
  local timer = assert(vim.uv.new_timer())
  timer:start(
    LOOK,
    LOOK,
    vim.schedule_wrap(function()
      if timer:is_closing() then
        return
      end
      local still = wanted()
      local go = still and free(looks, asked)
      if go or not still then
        timer:stop()
        timer:close()
      end
      if go then
        act()
      end
    end)
  )
  return false
end

return M
