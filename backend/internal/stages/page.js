'use strict';
// The stage viewer: draws the blocks of this page. A block of class "program"
// is a Program of program.go, one of class "plan" a Plan. Text is only ever set
// as text, never as markup.
//
// Marks follow from a style sheet that is written anew: [data-n="12"] is node
// 12 wherever it stands, so that marking costs the same for any number of lines.

const fewLines = 60;     // columns with no more lines are shown in full
const shortRun = 6;      // unchanged lines that are not worth folding
const chunk = 300;       // lines that are shown at a time
const mostListed = 200;  // rewrites listed at a time

let programs = [];
let view = {program: 0, plan: -1, stage: 0, nodes: [], find: '', changed: false, passes: false};
let columns = [];        // of the page as drawn
let cursor = null;       // the line that has the keyboard
let matches = [], match = -1;

// element makes an element with attributes, properties and children.
function element(tag, options, ...children) {
  const e = document.createElement(tag);
  for (const [key, value] of Object.entries(options || {})) {
    if (key.startsWith('on')) e.addEventListener(key.slice(2), value);
    else if (key === 'class') e.className = value;
    else if (value === true) e.setAttribute(key, '');
    else if (value !== false && value !== undefined) e.setAttribute(key, value);
  }
  for (const c of children.flat()) if (c !== null && c !== undefined) e.append(c);
  return e;
}

const plural = (n, what) => n.toLocaleString('en') + ' ' + what + (n === 1 ? '' : 's');

// duration writes nanoseconds.
function duration(ns) {
  if (ns >= 1e9) return (ns / 1e9).toFixed(2) + ' s';
  if (ns >= 1e6) return (ns / 1e6).toFixed(ns >= 1e7 ? 0 : 1) + ' ms';
  return (ns / 1e3).toFixed(ns >= 1e4 ? 0 : 1) + ' µs';
}

// read collects the blocks.
function read() {
  const all = [];
  for (const s of document.querySelectorAll('script[type="application/json"]')) {
    const block = JSON.parse(s.textContent);
    if (s.className === 'program') {
      block.plans = [];
      block.node = new Map();
      for (const n of block.nodes || []) block.node.set(n.id, n);
      block.stages = block.stages || [];
      block.steps = block.steps || [];
      all[block.id] = block;
    } else if (all[block.program]) {
      const p = all[block.program];
      for (const n of block.nodes || []) p.node.set(n.id, n);
      p.plans.push(block);
    }
    s.remove();
  }
  return all.filter(p => p);
}

// label is how a node is called where it is used: an input or a constant by its
// text, the rest by number.
function label(p, id) {
  const n = p.node.get(id);
  return n && n.leaf ? n.text.join('') : '%' + id;
}

// plain is the text of a node's line.
function plain(p, id) {
  const n = p.node.get(id);
  return n.text.map(t => typeof t === 'number' ? label(p, t) : t).join('');
}

// stagesOf returns the graphs of a program as it is seen: its own and, last, the
// specialised one of the chosen plan.
function stagesOf(p) {
  const list = p.stages.slice();
  const plan = p.plans[view.plan];
  if (plan) list.push(plan.graph);
  list.forEach((s, k) => {
    s.has = s.has || new Set(s.lines);
    // What only has other arguments than before is the same to a reader.
    s.moved = s.moved || new Set(k ? Object.values(s.becomes || {}) : []);
    if (k) for (const step of stepsOf(p, s)) s.moved.delete(step.after);
  });
  return list;
}

// name of a column: passes that come again are numbered.
function names(list) {
  const seen = new Map();
  return list.map(s => (s.names || []).map(n => {
    const k = (seen.get(n) || 0) + 1;
    seen.set(n, k);
    if (n === 'input') return 'as given';
    return k > 1 ? n + ' ' + k : n;
  }).join(' = '));
}

// Following nodes -----------------------------------------------------------

// after returns what a node of one stage is in the next: itself, what it
// becomes, or what it goes into.
function after(p, next, id) {
  if (next.has.has(id)) return [id];
  next.next = next.next || new Map();
  if (next.next.has(id)) return next.next.get(id);
  next.into = next.into || intoOf(p, next);
  const found = new Set(), seen = new Set([id]), todo = [id];
  while (todo.length && seen.size < 200) {
    const x = todo.shift();
    for (const y of next.into.get(x) || []) {
      if (seen.has(y)) continue;
      seen.add(y);
      if (next.has.has(y)) found.add(y); else todo.push(y);
    }
  }
  next.next.set(id, [...found]);
  return next.next.get(id);
}

// intoOf collects where nodes go in a stage, by its rewrites and by what it
// says of whole nodes.
function intoOf(p, stage) {
  const into = new Map();
  const add = (from, to) => { if (from !== to) into.has(from) ? into.get(from).push(to) : into.set(from, [to]); };
  for (const [from, to] of Object.entries(stage.becomes || {})) add(+from, to);
  for (const s of stepsOf(p, stage)) {
    add(s.before, s.after);
    for (const n of s.inside || []) if (!into.has(n)) add(n, s.after);
  }
  return into;
}

const stepsOf = (p, stage) => stage.steps ? p.steps.slice(stage.steps[0], stage.steps[1]) : [];

// follow returns for each stage the nodes that the chosen nodes of one stage are
// there.
function follow(p, list, at, nodes) {
  const sets = list.map(() => new Set());
  sets[at] = new Set(nodes);
  for (let k = at + 1; k < list.length; k++)
    for (const id of sets[k - 1]) for (const to of after(p, list[k], id)) sets[k].add(to);
  for (let k = at - 1; k >= 0; k--)
    for (const id of list[k].lines) if (after(p, list[k + 1], id).some(to => sets[k + 1].has(to))) sets[k].add(id);
  return sets;
}

// Drawing -------------------------------------------------------------------

// line draws a node.
function line(p, column, index) {
  const id = column.stage.lines[index], n = p.node.get(id);
  const mark = column.status ? column.status(id) : '';
  const e = element('div', {class: 'line ' + mark, role: 'option', tabindex: -1, 'data-n': id, 'data-i': index});
  e.append(element('span', {class: 'id'}, n.leaf ? '' : '%' + id));
  for (const t of n.text) {
    if (typeof t === 'number') {
      const a = p.node.get(t);
      e.append(element('span', {class: a.leaf ? 'leaf' : 'ref', 'data-n': t}, label(p, t)));
      continue;
    }
    const call = /^([a-z_]\w*)(\(.*)$/s.exec(t);
    if (n.leaf) e.append(element('span', {class: 'leaf'}, t));
    else if (call) e.append(element('span', {class: 'op'}, call[1]), call[2]);
    else e.append(t);
  }
  if (n.leaf) e.append(element('span', {class: 'type'}, ': ' + n.type));
  if (column.stage.outputs.includes(id)) e.append(element('span', {class: 'out', title: 'a result of the program'}, 'result'));
  return e;
}

// fold divides the lines of a column into runs that are shown and runs that are
// folded: what the stage leaves as it was, and what is far down.
function fold(column) {
  const {lines} = column.stage, runs = [];
  const push = (open, to) => {
    const last = runs[runs.length - 1], from = last ? last.to : 0;
    if (last && last.open === open) last.to = to; else if (to > from) runs.push({open, from, to});
  };
  const all = !view.changed && (lines.length <= fewLines || column.first);
  for (let i = 0; i < lines.length; i++) push(all || column.status(lines[i]) !== '' || column.stage.outputs.includes(lines[i]), i + 1);
  for (const r of runs) if (!r.open && r.to - r.from <= shortRun && !view.changed) r.open = true;
  const cut = [];
  let shown = 0;
  for (const r of runs) {
    if (r.open && shown + r.to - r.from > chunk) {
      const at = r.from + Math.max(0, chunk - shown);
      if (at > r.from) cut.push({open: true, from: r.from, to: at});
      cut.push({open: false, from: at, to: r.to, more: true});
      shown = chunk;
    } else {
      cut.push(r);
      if (r.open) shown += r.to - r.from;
    }
  }
  column.runs = cut;
}

// lay writes the lines of a column.
function lay(p, column) {
  const parts = [];
  for (const r of column.runs) {
    if (r.open) {
      for (let i = r.from; i < r.to; i++) parts.push(line(p, column, i));
      continue;
    }
    const text = '⋯ ' + plural(r.to - r.from, 'line') + (r.more ? ' more' : ' unchanged');
    parts.push(element('button', {class: 'folded', onclick: () => open(p, column, r)}, text));
  }
  column.body.replaceChildren(...parts);
}

// open shows the next lines of a folded run.
function open(p, column, run) {
  const k = column.runs.indexOf(run), to = Math.min(run.to, run.from + chunk);
  const parts = [{open: true, from: run.from, to}];
  if (to < run.to) parts.push({...run, from: to});
  column.runs.splice(k, 1, ...parts);
  lay(p, column);
}

// reveal makes sure that a line is shown and returns it.
function reveal(p, column, index) {
  const run = column.runs.find(r => index >= r.from && index < r.to);
  if (run && !run.open) {
    const from = Math.max(run.from, index - 2), to = Math.min(run.to, index + 3);
    const parts = [{...run, to: from}, {open: true, from, to}, {...run, from: to}].filter(r => r.to > r.from);
    column.runs.splice(column.runs.indexOf(run), 1, ...parts);
    lay(p, column);
  }
  return column.body.querySelector('[data-i="' + index + '"]');
}

// rewrites draws the list of rewrites of a stage.
function rewrites(p, stage, k) {
  const steps = stepsOf(p, stage);
  if (!steps.length) return null;
  const list = element('div', {class: 'steps'});
  const more = from => {
    for (const s of steps.slice(from, from + mostListed)) list.append(rewrite(p, s, k));
    if (from + mostListed < steps.length)
      list.append(element('button', {class: 'folded', onclick: e => { e.target.remove(); more(from + mostListed); }},
        '⋯ ' + plural(steps.length - from - mostListed, 'rewrite') + ' more'));
  };
  const d = element('details', {ontoggle: () => { if (d.open && !list.childElementCount) more(0); }},
    element('summary', {}, plural(steps.length, 'rewrite')), list);
  return d;
}

// rewrite draws one rewrite.
function rewrite(p, s, k) {
  return element('div', {class: 'step' + (s.wrong ? ' wrong' : ''), tabindex: 0, role: 'button',
    onclick: () => select(k, [s.after]), onkeydown: e => { if (e.key === 'Enter') select(k, [s.after]); }},
    element('div', {class: 'rule'}, element('b', {}, s.rule), ' ', element('span', {class: 'class ' + s.class}, s.class), ' ', element('span', {class: 'muted'}, s.pass),
      element('span', {class: 'at'}, s.at)),
    element('div', {class: 'code'}, s.from), element('div', {class: 'code to'}, s.to),
    s.note ? element('div', {class: 'note'}, s.note) : null,
    s.verdict ? element('div', {class: 'note'}, s.verdict) : null);
}

// chips draws how often each rule has fired in a stage.
function chips(p, stage, k) {
  const hits = new Map();
  for (const s of stepsOf(p, stage)) hits.set(s.rule, (hits.get(s.rule) || []).concat(s.after));
  const sorted = [...hits].sort((a, b) => b[1].length - a[1].length);
  return element('div', {class: 'chips'}, sorted.slice(0, 8).map(([rule, nodes]) =>
    element('button', {class: 'chip', title: 'show what ' + rule + ' made', onclick: () => select(k, nodes)},
      rule, nodes.length > 1 ? element('span', {class: 'times'}, '×' + nodes.length) : null)),
    sorted.length > 8 ? element('span', {class: 'muted'}, '+' + (sorted.length - 8)) : null);
}

// column draws a stage.
function column(p, list, k, title) {
  const stage = list[k], before = list[k - 1], next = list[k + 1];
  const c = {stage, index: k, first: k === 0};
  const becomes = next && next.becomes || {};
  c.status = id => (before && !before.has.has(id) && !stage.moved.has(id) ? 'new ' : '') +
    (next && !next.has.has(id) && !next.moved.has(becomes[id]) ? 'gone' : '');
  c.body = element('div', {class: 'lines', role: 'listbox', 'aria-label': title});
  const delta = before ? stage.lines.length - before.lines.length : 0;
  const head = element('header', {},
    element('h2', {title: 'fold or unfold the column', onclick: () => c.root.classList.toggle('shut')}, title),
    element('div', {class: 'muted'}, plural(stage.lines.length, 'node'),
      delta ? element('span', {class: delta < 0 ? 'less' : 'grown'}, (delta < 0 ? ' −' : ' +') + Math.abs(delta)) : null,
      stage.spent ? ' · ' + duration(stage.spent) : null, element('span', {class: 'here'})),
    chips(p, stage, k), rewrites(p, stage, k));
  c.root = element('section', {class: 'column', id: 'c' + k, 'data-stage': title}, head, c.body);
  fold(c);
  lay(p, c);
  return c;
}

// planColumns draws a plan: its steps, and their kernels.
function planColumns(p, plan, k) {
  const step = (s, i, text) => element('div', {class: 'block', 'data-step': i, tabindex: 0, role: 'button',
    onclick: () => select(k, s.nodes || []), onkeydown: e => { if (e.key === 'Enter') select(k, s.nodes || []); }},
    element('pre', {}, text));
  const steps = plan.steps || [];
  const make = (title, info, blocks) => element('section', {class: 'column wide', 'data-stage': title},
    element('header', {}, element('h2', {onclick: e => e.target.closest('section').classList.toggle('shut')}, title),
      element('div', {class: 'muted'}, info)),
    element('div', {class: 'lines'}, blocks));
  const kernels = steps.flatMap((s, i) => (s.kernels || []).map(text => step(s, i, 'step ' + (i + 1) + '\n' + text)));
  return [make('plan', plan.total, steps.map((s, i) => step(s, i, s.text))),
    make('kernels', plural(kernels.length, 'kernel'), kernels)];
}

// passTable draws the time and the rewrites of each pass.
function passTable(p) {
  const total = Math.max(1, ...p.passes.map(x => x.spent));
  const rows = (p.passes || []).map(x => {
    const hits = new Map(), own = x.name.split(', '); // several passes may share a traversal
    for (const s of p.steps) if (own.includes(s.pass)) hits.set(s.rule, (hits.get(s.rule) || 0) + 1);
    return element('tr', {}, element('th', {}, x.name),
      element('td', {class: 'bar'}, element('i', {style: 'width:' + (100 * x.spent / total).toFixed(1) + '%'})),
      element('td', {class: 'time'}, duration(x.spent)),
      element('td', {}, [...hits].sort((a, b) => b[1] - a[1]).map(([r, n]) => r + (n > 1 ? ' ×' + n : '')).join(', ')));
  });
  return element('table', {class: 'passes'}, rows);
}

// draw writes the whole page.
function draw() {
  const p = programs[view.program];
  if (!p) return;
  view.plan = Math.min(view.plan < 0 ? p.plans.length - 1 : view.plan, p.plans.length - 1);
  const list = stagesOf(p), titles = names(list);
  columns = list.map((s, k) => column(p, list, k, titles[k]));
  const plan = p.plans[view.plan];
  const main = document.querySelector('main');
  main.replaceChildren(...columns.map(c => c.root), ...(plan ? planColumns(p, plan, list.length - 1) : []));
  if (!plan) main.append(element('section', {class: 'column hint'}, 'Plan and kernels appear here once the program has run: they are made for the shapes that arrive.'));
  const passes = document.getElementById('passes');
  passes.hidden = !view.passes;
  passes.replaceChildren(view.passes ? passTable(p) : '');
  choose('program', programs.map((x, i) => (i + 1) + '. ' + x.title), view.program);
  choose('plan', p.plans.map((x, i) => (i + 1) + '. ' + (x.title || 'no inputs')), view.plan);
  document.getElementById('changed').setAttribute('aria-pressed', view.changed);
  document.getElementById('times').setAttribute('aria-pressed', view.passes);
  cursor = null;
  mark();
  search(false);
}

// choose fills a menu, which is hidden where there is no choice.
function choose(id, titles, chosen) {
  const menu = document.getElementById(id);
  menu.replaceChildren(...titles.map((t, i) => element('option', {value: i, selected: i === chosen}, t)));
  menu.closest('label').hidden = titles.length === 0 || id === 'plan' && titles.length < 2;
}

// Choosing ------------------------------------------------------------------

// select chooses nodes of a stage.
function select(stage, nodes) {
  view.stage = stage;
  view.nodes = nodes;
  mark();
  remember();
}

// mark shows where the chosen nodes are in each stage, in the plan, and below
// what is known of them.
function mark() {
  const p = programs[view.program], list = stagesOf(p), rules = [];
  const at = Math.min(view.stage, list.length - 1);
  const sets = view.nodes.length ? follow(p, list, at, view.nodes) : list.map(() => new Set());
  columns.forEach((c, k) => {
    const ids = [...sets[k]];
    if (ids.length) {
      rules.push(ids.slice(0, 400).map(n => '#c' + k + ' [data-n="' + n + '"]').join(',') +
        '{background:var(--' + (k === at ? 'chosen' : 'follows') + ');border-radius:3px}');
      const there = c.stage.lines.map((n, i) => sets[k].has(n) ? i : -1).filter(i => i >= 0);
      for (const i of there.slice(0, 20)) reveal(p, c, i);
      const first = there.length && c.body.querySelector('[data-i="' + there[0] + '"]');
      if (first) c.body.scrollTop += first.getBoundingClientRect().top - c.body.getBoundingClientRect().top - c.body.clientHeight / 3;
    }
    c.root.dataset.hits = ids.length;
    c.root.querySelector('.here').textContent = ids.length ? ' · ' + ids.length + ' marked' : '';
  });
  const plan = p.plans[view.plan], last = sets[list.length - 1];
  for (const b of document.querySelectorAll('[data-step]'))
    b.classList.toggle('marked', !!plan && (plan.steps[b.dataset.step].nodes || []).some(n => last.has(n)));
  document.getElementById('marks').textContent = rules.join('\n');
  document.body.dataset.selected = view.nodes.join(',');
  details(p, list, sets, at);
}

// details says below the columns what is known of the chosen node.
function details(p, list, sets, at) {
  const box = document.getElementById('details');
  box.hidden = view.nodes.length === 0;
  if (box.hidden) return;
  const id = view.nodes[0], n = p.node.get(id), titles = names(list);
  if (!n) return;
  const way = element('div', {class: 'way'}, list.map((s, k) => sets[k].size === 0 ? null :
    element('button', {class: 'chip' + (k === at ? ' now' : ''), onclick: () => select(k, [...sets[k]])},
      titles[k], ' ', element('code', {}, [...sets[k]].slice(0, 3).map(x => label(p, x)).join(' ') + (sets[k].size > 3 ? ' …' : '')))));
  const ids = new Set([].concat(...sets.map(s => [...s])));
  const steps = p.steps.filter(s => ids.has(s.after) || ids.has(s.before));
  box.replaceChildren(
    element('div', {class: 'what'}, element('b', {}, n.leaf ? plain(p, id) : '%' + id),
      element('code', {}, n.leaf ? '' : ' = ' + n.full), element('span', {class: 'type'}, n.type), n.at ? element('span', {class: 'at'}, n.at) : null,
      view.nodes.length > 1 ? element('span', {class: 'muted'}, 'and ' + plural(view.nodes.length - 1, 'other')) : null,
      element('button', {class: 'close', title: 'Esc', onclick: () => select(0, [])}, '×')),
    way, element('div', {class: 'steps'}, steps.slice(0, 30).map(s => {
      const k = list.findIndex(x => x.steps && p.steps.indexOf(s) < x.steps[1]);
      return rewrite(p, s, k);
    })));
}

// Searching -----------------------------------------------------------------

// search looks for the text in all lines, and for rules of that name; it goes
// to the first match if asked to.
function search(go) {
  const p = programs[view.program], text = view.find.trim().toLowerCase();
  matches = [];
  match = -1;
  const found = new Set();
  if (text) {
    for (const [id, n] of p.node)
      if ((plain(p, id) + ' ' + n.type + ' ' + (n.leaf ? '' : '%' + id) + ' ' + (n.at || '')).toLowerCase().includes(text)) found.add(id);
    for (const s of p.steps) if (s.rule.includes(text)) found.add(s.after);
    for (const c of columns) c.stage.lines.forEach((id, i) => { if (found.has(id)) matches.push([c, i]); });
  }
  document.getElementById('found').textContent = [...found].slice(0, 1000).map(n => '.line[data-n="' + n + '"]').join(',') +
    (found.size ? '{box-shadow:inset 0 0 0 1px var(--match)}' : '');
  document.body.dataset.matches = matches.length;
  count();
  if (go) step(1);
}

function count() {
  document.getElementById('count').textContent = view.find.trim() === '' ? '' :
    (match >= 0 ? (match + 1) + ' of ' : '') + matches.length.toLocaleString('en');
}

// step goes to the next match, or to the one before.
function step(by) {
  if (!matches.length) return;
  match = (match + by + matches.length) % matches.length;
  const [c, i] = matches[match];
  move(c, i, document.activeElement.id !== 'find');
  count();
}

// Moving --------------------------------------------------------------------

// move brings a line into sight and, unless told not to, gives it the keyboard.
function move(c, index, focus = true) {
  c.root.classList.remove('shut');
  const e = reveal(programs[view.program], c, index);
  if (!e) return;
  document.querySelectorAll('.line.cursor').forEach(x => x.classList.remove('cursor'));
  e.classList.add('cursor');
  e.scrollIntoView({block: 'nearest', inline: 'nearest'});
  if (focus) e.focus({preventScroll: true});
  cursor = {column: c, index};
}

// vertical goes to the next line that is shown.
function vertical(by) {
  if (!cursor) return columns.length && move(columns[0], 0);
  const e = cursor.column.body.querySelector('[data-i="' + cursor.index + '"]');
  let to = e && (by > 0 ? e.nextElementSibling : e.previousElementSibling);
  while (to && !to.dataset.i) { to.click(); to = by > 0 ? e.nextElementSibling : e.previousElementSibling; }
  if (to) move(cursor.column, +to.dataset.i);
}

// sideways goes to what the line is in the stage beside.
function sideways(by) {
  if (!cursor) return vertical(1);
  const p = programs[view.program], k = cursor.column.index, to = columns[k + by];
  if (!to) return;
  const id = cursor.column.stage.lines[cursor.index], list = stagesOf(p);
  const there = [...follow(p, list, k, [id])[k + by]];
  const index = there.length ? to.stage.lines.indexOf(there[0]) : Math.min(cursor.index, to.stage.lines.length - 1);
  move(to, index);
}

const keys = {
  ArrowDown: () => vertical(1), j: () => vertical(1), ArrowUp: () => vertical(-1), k: () => vertical(-1),
  ArrowRight: () => sideways(1), l: () => sideways(1), ArrowLeft: () => sideways(-1), h: () => sideways(-1),
  Enter: () => cursor && select(cursor.column.index, [cursor.column.stage.lines[cursor.index]]),
  '/': () => document.getElementById('find').focus(),
  n: () => step(1), N: () => step(-1),
  c: () => { view.changed = !view.changed; draw(); remember(); },
  p: () => { view.passes = !view.passes; draw(); remember(); },
  '?': () => document.getElementById('help').showModal(),
  Escape: () => select(0, []),
  ']': () => go(view.program + 1), '[': () => go(view.program - 1),
};

// key handles a key that is not typed into a field.
function key(e) {
  if (e.ctrlKey || e.metaKey || e.altKey || e.target.closest('dialog')) return;
  if (e.target.id === 'find') {
    if (e.key === 'Enter') { step(e.shiftKey ? -1 : 1); e.preventDefault(); }
    if (e.key === 'Escape') { e.target.value = view.find = ''; search(false); e.target.blur(); remember(); }
    return;
  }
  if (e.target.closest('select') || e.key === 'Enter' && e.target.closest('button, summary, .step, .block')) return;
  if (keys[e.key]) { keys[e.key](); e.preventDefault(); }
}

// go shows another program.
function go(to) {
  if (to < 0 || to >= programs.length) return;
  Object.assign(view, {program: to, plan: -1, stage: 0, nodes: []});
  draw();
  remember();
}

// The address ---------------------------------------------------------------

// remember writes what is seen into the address, #program=1&stage=2&node=12.
function remember() {
  const a = new URLSearchParams();
  if (view.program) a.set('program', view.program + 1);
  if (programs[view.program] && view.plan >= 0 && view.plan !== programs[view.program].plans.length - 1) a.set('plan', view.plan + 1);
  if (view.nodes.length) { a.set('stage', view.stage + 1); a.set('node', view.nodes.slice(0, 50).join(',')); }
  if (view.find) a.set('find', view.find);
  if (view.changed) a.set('changed', 1);
  if (view.passes) a.set('passes', 1);
  try { history.replaceState(null, '', '#' + a); } catch (e) { /* not allowed for files by some browsers */ }
}

// recall reads the address. A node without its stage is looked for in all.
function recall() {
  const a = new URLSearchParams(location.hash.slice(1));
  const number = (key, otherwise) => a.has(key) ? parseInt(a.get(key), 10) - 1 : otherwise;
  view.program = Math.max(0, Math.min(programs.length - 1, number('program', 0) || 0));
  view.plan = number('plan', -1);
  view.find = a.get('find') || '';
  view.changed = a.has('changed');
  view.passes = a.has('passes');
  const p = programs[view.program];
  view.nodes = (a.get('node') || '').split(',').map(x => parseInt(x, 10)).filter(x => p && p.node.has(x));
  if (p && view.plan < 0) view.plan = p.plans.length - 1;
  view.stage = number('stage', p ? Math.max(0, stagesOf(p).findIndex(s => s.has.has(view.nodes[0]))) : 0);
  document.getElementById('find').value = view.find;
}

// Beginning -----------------------------------------------------------------

const help = [['↑ ↓ ← →', 'move; sideways to what the line is in the next stage'], ['Enter', 'choose a node and see it in every stage'],
  ['/', 'search; Enter and Shift+Enter go to the next and the previous match'], ['n N', 'next and previous match'],
  ['c', 'only what changes'], ['p', 'time and rules of each pass'], ['[ ]', 'previous and next program'], ['Esc', 'forget the choice']];

// frame makes what stays when other programs are drawn.
function frame() {
  const press = k => () => keys[k]();
  document.head.append(element('style', {id: 'marks'}), element('style', {id: 'found'}), element('style', {id: 'pointed'}));
  const dialog = element('dialog', {id: 'help', onclick: () => dialog.close()}, element('h2', {}, 'Keys'),
    element('table', {}, help.map(([k, t]) => element('tr', {}, element('th', {}, k), element('td', {}, t)))));
  document.body.append(
    element('nav', {}, element('h1', {}, 'arignote'),
      element('label', {}, 'program ', element('select', {id: 'program', onchange: e => go(+e.target.value)})),
      element('label', {}, 'plan ', element('select', {id: 'plan', onchange: e => { view.plan = +e.target.value; draw(); remember(); }})),
      element('span', {class: 'search'}, element('input', {id: 'find', type: 'search', placeholder: 'search   /', 'aria-label': 'search',
        oninput: e => { view.find = e.target.value; search(false); remember(); }}), element('span', {id: 'count'}),
      element('button', {id: 'changed', onclick: press('c'), title: 'fold what a stage leaves as it was (c)'}, 'only changes'),
      element('button', {id: 'times', onclick: press('p'), title: 'time and rules of each pass (p)'}, 'passes'),
      element('button', {onclick: press('?'), title: 'keys (?)'}, '?'))),
    element('div', {id: 'passes'}), element('main', {}), element('aside', {id: 'details', hidden: true}), element('div', {id: 'tip', hidden: true}), dialog);
  document.addEventListener('keydown', key);
  document.querySelector('main').addEventListener('click', click);
  document.addEventListener('mouseover', point);
  window.addEventListener('hashchange', () => { recall(); draw(); });
}

// click chooses the node that was clicked: the line's, or that of an argument.
function click(e) {
  const at = e.target.closest('[data-n]'), root = e.target.closest('.column');
  const c = columns.find(x => x.root === root);
  if (!at || !c || String(window.getSelection())) return;
  const id = +at.dataset.n, row = e.target.closest('.line');
  cursor = {column: c, index: +row.dataset.i};
  select(c.index, view.nodes.length === 1 && view.nodes[0] === id && view.stage === c.index ? [] : [id]);
}

// point shows the type of the node under the mouse, and where else it is used.
function point(e) {
  const tip = document.getElementById('tip'), at = e.target.closest('[data-n]');
  tip.hidden = !at;
  document.getElementById('pointed').textContent = at ? '[data-n="' + at.dataset.n + '"]{text-decoration:underline;text-decoration-color:var(--accent);text-underline-offset:3px}' : '';
  const n = at && programs[view.program].node.get(+at.dataset.n);
  if (!n) return;
  tip.replaceChildren(element('div', {class: 'type'}, n.type), element('code', {}, n.full), n.at ? element('div', {class: 'at'}, n.at) : '');
  const r = at.getBoundingClientRect();
  tip.style.left = Math.max(4, Math.min(r.left, innerWidth - tip.offsetWidth - 8)) + 'px';
  tip.style.top = (r.bottom + tip.offsetHeight + 8 > innerHeight ? r.top - tip.offsetHeight - 4 : r.bottom + 4) + 'px';
}

document.addEventListener('DOMContentLoaded', () => {
  programs = read();
  frame();
  recall();
  draw();
  document.body.dataset.ready = programs.length;
});
