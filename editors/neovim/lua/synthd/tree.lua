-- The programs of a search as lines: a tree, each with its score, cost and error.

local M = {}

local SIGNS = {
  accepted = { '✓', 'SynthdVerified' },
  rejected = { '✗', 'SynthdFailed' },
  forbidden = { '✗', 'SynthdFailed' },
  undecided = { '?', 'SynthdUnknown' },
  text = { '·', 'Comment' },
}
local PRUNED = { '✂', 'Comment' }
local WRITING = { '⟳', 'SynthdRunning' }
local NOTHING = { '–', 'Comment' }

local function sign(node, running)
  if node.state == 'pruned' then
    return PRUNED
  end
  return SIGNS[node.verdict] or (running and WRITING or NOTHING)
end

local function best_of(nodes)
  local best = 0
  for _, node in ipairs(nodes) do
    best = math.max(best, type(node.score) == 'number' and node.score or 0)
  end
  return best
end

local function share(node)
  if (node.total or 0) > 0 then
    return ('%d/%d'):format(node.passed or 0, node.total)
  end
  return type(node.score) == 'number' and ('%d %%'):format(math.floor(100 * node.score)) or ''
end

local function cost(node)
  local parts = {}
  if (node.tokens or 0) > 0 then
    table.insert(parts, ('%d tokens'):format(node.tokens))
  end
  if (node.seconds or 0) >= 0.05 then
    table.insert(parts, ('%.1f s'):format(node.seconds))
  end
  return table.concat(parts, ' · ')
end

-- What a model wrote may hold anything; a line of a buffer may not.
local function one_line(text)
  return (tostring(text or ''):gsub('%c+', ' '))
end

-- { text, highlight group or nil } … of one program.
local function parts_of(node, depth, running, best)
  local mark = sign(node, running)
  local pruned = node.state == 'pruned'
  local parts = {
    { ('  '):rep(depth + 1) .. mark[1] .. ' ', mark[2] },
    { ('%-5s '):format(share(node)), pruned and 'Comment' or nil },
    { one_line(node.purpose), pruned and 'Comment' or nil },
  }
  if best > 0 and node.score == best then
    table.insert(parts, { ' ← best', 'SynthdVerified' })
  end
  if pruned then
    table.insert(parts, { ' · pruned', 'Comment' })
  end
  table.insert(parts, { '  ' .. cost(node), 'Comment' })
  if type(node.error) == 'string' and node.error ~= '' then
    table.insert(parts, { '  ' .. one_line(node.error), not pruned and 'SynthdFailed' or 'Comment' })
  end
  return parts
end

local function code_of(node, depth)
  local text = (node.code or ''):gsub('%s+$', '')
  local lines = text ~= '' and vim.split(text, '\n') or { 'no program yet' }
  return vim.tbl_map(function(line)
    return { { ('  '):rep(depth + 3) .. one_line(line), text == '' and 'Comment' or nil } }
  end, lines)
end

-- Calls visit(node, depth) for each, children behind their parents.
local function walk(nodes, visit)
  local known, children, roots = {}, {}, {}
  for _, node in ipairs(nodes) do
    known[node.id] = true
    local parent = node.parent
    if known[parent] and parent ~= node.id then
      children[parent] = children[parent] or {}
      table.insert(children[parent], node)
    else
      table.insert(roots, node)
    end
  end
  local function down(node, depth)
    visit(node, depth)
    for _, child in ipairs(children[node.id] or {}) do
      down(child, depth + 1)
    end
  end
  for _, node in ipairs(roots) do
    down(node, 0)
  end
end

-- The lines, each a list of { text, group }, and by the number of a line (from 1) whose it is.
-- unfolded: ids of those whose code is shown.
function M.lines(nodes, running, unfolded)
  local lines, ids = {}, {}
  local best = best_of(nodes)
  walk(nodes, function(node, depth)
    local own = { parts_of(node, depth, running, best) }
    if unfolded[node.id] then
      vim.list_extend(own, code_of(node, depth))
    end
    for _, line in ipairs(own) do
      table.insert(lines, line)
      ids[#lines] = node.id
    end
  end)
  return lines, ids
end

return M
