// Draws the report from the JSON in #data. All words of the model become text nodes, never markup.
'use strict';
(function () {
  const root = document.documentElement;
  const problems = [];
  function note(text) { problems.push(String(text)); root.dataset.problems = String(problems.length); }
  addEventListener('error', function (e) { note(e.message); });
  document.addEventListener('securitypolicyviolation', function (e) { note(e.blockedURI || e.violatedDirective); });

  const data = JSON.parse(document.getElementById('data').textContent);
  const $ = function (id) { return document.getElementById(id); };
  // The views that a link may ask for: #length=4096&theme=dark&scale=1&measure=1&work=1
  const asked = new URLSearchParams(location.hash.slice(1));
  let shape = data.firstShape || 0;
  data.shapes.forEach(function (s, i) { if (asked.get('length') === String(s.length)) shape = i; });
  const charts = new Map();

  // ---- Words and numbers -------------------------------------------------------------------------------------------

  function make(tag, text, className) {
    const element = document.createElement(tag);
    if (text !== undefined && text !== null) element.textContent = text;
    if (className) element.className = className;
    return element;
  }
  function scaled(value, units, step) {
    let unit = 0;
    while (value >= step && unit + 1 < units.length) { value /= step; ++unit; }
    const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
    return (value === 0 ? '0' : value.toFixed(digits)) + '\u202f' + units[unit];
  }
  const bytes = function (n) { return scaled(n, ['B', 'kB', 'MB', 'GB', 'TB', 'PB'], 1000); };
  const flops = function (n) { return scaled(n, ['flop', 'kflop', 'Mflop', 'Gflop', 'Tflop', 'Pflop'], 1000); };
  const plain = function (n) { return n.toLocaleString('en'); };
  function seconds(s) {
    return s >= 100 ? s.toFixed(0) + '\u202fs' : s >= 1 ? s.toFixed(1) + '\u202fs' : (s * 1000).toFixed(s < 0.01 ? 1 : 0) + '\u202fms';
  }
  function times(a, b) {
    if (!b) return '';
    const r = a / b;
    return (r >= 100 ? plain(Math.round(r)) : r.toFixed(1)) + '\u00d7';
  }
  const kindOf = function (i) { return data.kinds[i] || ''; };
  const placeOf = function (i) { return data.places[i] || ''; };

  // ---- Colours -----------------------------------------------------------------------------------------------------

  function css(name) { return getComputedStyle(root).getPropertyValue(name).trim(); }
  // What raising finds is strong, what merely moves data is grey.
  const kindColours = {
    'ssm.ssd': ['#0f8b7f', '#3cc7b6'], 'ssm.selective_scan': ['#0f8b7f', '#3cc7b6'], 'ssm.scan': ['#2f9e5b', '#5fce86'],
    'ssm.einsum': ['#4b5fd6', '#8f9dff'], 'ssm.causal_conv1d': ['#8a4fc9', '#b98bf0'], 'ssm.attention': ['#c2408b', '#ee7fbb'],
    'ssm.cumsum': ['#2f9e5b', '#5fce86'], 'sum of products': ['#c8642b', '#f0935a'], 'product': ['#dd9a2c', '#f2c063'],
    'elementwise': ['#b9a46a', '#9c8a55'], 'reduction': ['#a3743f', '#b98a58'], 'gather': ['#6d8fae', '#86abcc'],
    'copy': ['#8d99a1', '#6d7a82'], 'view': ['#c3cace', '#454f55'], 'assembly': ['#a9a2b5', '#726b80'], 'fill': ['#d5d2c8', '#3d4347']
  };
  const others = [['#7c6f64', '#a89984'], ['#5f7f6f', '#86ab97'], ['#7a6a90', '#a594bd'], ['#92705f', '#bd9884']];
  function colourOf(kind) {
    const dark = root.dataset.theme === 'dark' ? 1 : 0;
    if (kindColours[kind]) return kindColours[kind][dark];
    let sum = 0;
    for (const c of kind) sum = (sum * 31 + c.codePointAt(0)) % 997;
    return others[sum % others.length][dark];
  }
  function inkOn(colour) {
    const v = parseInt(colour.slice(1), 16);
    const light = 0.299 * (v >> 16) + 0.587 * ((v >> 8) & 255) + 0.114 * (v & 255);
    return light > 145 ? '#14181b' : '#ffffff';
  }

  // ---- Plots -------------------------------------------------------------------------------------------------------

  function plot(id, option, label) {
    const element = $(id);
    let chart = charts.get(id);
    if (!chart) {
      chart = echarts.init(element, null, { renderer: 'svg' });
      charts.set(id, chart);
      element.setAttribute('role', 'img');
    }
    element.setAttribute('aria-label', label);
    chart.setOption(Object.assign({
      animation: false,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: css('--ink') }
    }, option), true);
    return chart;
  }
  function nothing(id, text) {
    const chart = charts.get(id);
    if (chart) { chart.dispose(); charts.delete(id); }
    $(id).replaceChildren(make('p', text, 'empty'));
    $(id).style.height = 'auto';
  }
  function tip(lines) {
    const box = make('div', null, 'tip');
    for (const line of lines) box.append(make('p', line[0], line[1]));
    return box;
  }
  const tooltip = function (extra) {
    return Object.assign({
      confine: true, backgroundColor: css('--card'), borderColor: css('--line'),
      textStyle: { color: css('--ink'), fontSize: 13 }
    }, extra);
  };
  const axisLook = function (extra) {
    return Object.assign({
      axisLine: { lineStyle: { color: css('--line') } }, axisTick: { show: false },
      axisLabel: { color: css('--soft'), fontSize: 12 }, splitLine: { lineStyle: { color: css('--faint') } },
      nameTextStyle: { color: css('--soft'), fontSize: 12 }
    }, extra);
  };

  function choice(id, names, chosen, act) {
    const box = $(id);
    box.replaceChildren();
    if (names.length < 2) return;
    names.forEach(function (name, i) {
      const button = make('button', name);
      button.type = 'button';
      button.setAttribute('aria-pressed', String(i === chosen));
      button.addEventListener('click', function () {
        for (const other of box.children) other.setAttribute('aria-pressed', String(other === button));
        act(i);
      });
      box.append(button);
    });
  }

  // ---- Summary -----------------------------------------------------------------------------------------------------

  const stageNames = { before: 'as exported', after: 'raised', scheduled: 'scheduled' };
  const memoryAt = function (stage) { return data.memory[stage] ? data.memory[stage][shape] : null; };

  function tile(name, parts, detail) {
    const box = make('div', null, 'tile');
    box.append(make('div', name, 'name'));
    const value = make('div', null, 'value');
    for (const part of parts) value.append(make('span', part[0], part[1]));
    box.append(value, make('div', detail || '\u00a0', 'detail'));
    $('tiles').append(box);
  }
  function drawTiles() {
    $('tiles').replaceChildren();
    const before = memoryAt('before'), after = memoryAt('after');
    const arrow = [' \u2192 ', ''];
    if (before && after) {
      tile('Peak of memory', [[bytes(before.peak), 'was'], arrow, [bytes(after.peak), 'is']],
           times(before.peak, after.peak) + ' less in temporaries');
      tile('Largest temporary', [[bytes(before.largest), 'was'], arrow, [bytes(after.largest), 'is']],
           before.largestShape.join('\u2009\u00d7\u2009') + ' before');
    } else if (before) {
      tile('Peak of memory', [[bytes(before.peak), 'was']], 'of temporaries, as exported');
    }
    const g = data.graph;
    if (g.before && g.after)
      tile('Operations', [[plain(g.before.ops), 'was'], arrow, [plain(g.after.ops), 'is']], 'in the graph');
    const found = ssmCounts();
    if (found.length) {
      const words = found.map(function (f) { return plain(f[1]) + ' ' + f[0].slice(4); });
      tile('Found', [[words[0], 'is']], words.slice(1).join(', '));
    }
    tile('Compilation', [[seconds(data.seconds)]], data.weights ? bytes(data.weights.bytes) + ' of weights' : '');
  }
  function ssmCounts() {
    if (!data.graph.after) return [];
    const counts = new Map();
    for (const row of data.graph.after.rows) {
      const kind = kindOf(row[1]);
      if (kind.startsWith('ssm.')) counts.set(kind, (counts.get(kind) || 0) + row[2]);
    }
    const order = ['ssm.ssd', 'ssm.selective_scan', 'ssm.scan', 'ssm.attention', 'ssm.causal_conv1d', 'ssm.einsum'];
    const rank = function (kind) { const at = order.indexOf(kind); return at < 0 ? order.length : at; };
    return Array.from(counts).sort(function (a, b) { return rank(a[0]) - rank(b[0]) || (a[0] < b[0] ? -1 : 1); });
  }

  // ---- Memory ------------------------------------------------------------------------------------------------------

  let logarithmic = asked.has('scale') ? asked.get('scale') === '1' : null;
  function drawMemory() {
    const present = ['before', 'after', 'scheduled'].filter(memoryAt);
    if (!present.length) return nothing('memory-plot', 'The sizes of this program depend on data, so its memory is not known.');
    const peaks = present.map(function (stage) { return memoryAt(stage).peak; }).filter(Boolean);
    if (logarithmic === null) logarithmic = Math.max(...peaks) / Math.min(...peaks) > 12;
    choice('scale', ['linear', 'logarithmic'], logarithmic ? 1 : 0, function (i) { logarithmic = i === 1; drawMemory(); });
    $('memory-shape').textContent = data.shapes[shape] ? 'Here for ' + data.shapes[shape].text + '.' : '';
    const top = Math.pow(10, Math.ceil(Math.log10(Math.max(...peaks))));
    let least = Math.min(...peaks);
    for (const stage of present)
      for (const p of memoryAt(stage).points) if (p[1] > 0) least = Math.min(least, p[1]);
    const floor = Math.pow(10, Math.floor(Math.log10(Math.max(least, top / 1e6))));
    const series = present.map(function (stage) {
      const memory = memoryAt(stage), colour = css('--' + stage);
      const points = memory.points.map(function (p) {
        return [(p[0] + 0.5) / memory.ops * 100, logarithmic ? Math.max(floor, p[1]) : p[1], p[1], p[2], p[3], p[0]];
      });
      let high = points[0];
      for (const p of points) if (p[2] > high[2]) high = p;
      return {
        name: stageNames[stage], type: 'line', step: 'middle', data: points, symbol: 'none', sampling: undefined,
        lineStyle: { width: stage === 'before' ? 1.6 : 2, color: colour, type: stage === 'scheduled' ? 'dashed' : 'solid' },
        itemStyle: { color: colour },
        areaStyle: stage === 'scheduled' ? undefined : { color: colour, opacity: stage === 'before' ? 0.16 : 0.3, origin: 'start' },
        markPoint: high && stage !== 'scheduled' ? {
          symbol: 'circle', symbolSize: 8, silent: true, data: [{ coord: [high[0], high[1]] }],
          label: { formatter: 'peak ' + bytes(memory.peak), position: high[0] > 70 ? 'left' : 'right', distance: 8,
                   color: colour, fontSize: 13, fontWeight: 600,
                   textBorderColor: css('--card'), textBorderWidth: 3 }
        } : undefined
      };
    });
    plot('memory-plot', {
      grid: { left: 8, right: 20, top: 44, bottom: 34, containLabel: true },
      legend: { top: 0, left: 0, textStyle: { color: css('--ink'), fontSize: 13 }, itemWidth: 18, itemHeight: 10 },
      tooltip: tooltip({
        trigger: 'axis', axisPointer: { type: 'line', lineStyle: { color: css('--soft') } },
        formatter: function (hits) {
          const lines = [];
          for (const hit of hits) {
            const p = hit.data;
            lines.push([hit.seriesName + ': ' + bytes(p[2]) + ' alive']);
            lines.push(['op ' + (p[5] + 1) + ', ' + kindOf(p[3]) + (placeOf(p[4]) ? ' in ' + placeOf(p[4]) : ''), 'soft']);
          }
          return tip(lines);
        }
      }),
      xAxis: axisLook({ type: 'value', min: 0, max: 100, name: 'way through the program', nameLocation: 'middle', nameGap: 28,
        splitLine: { show: false }, axisLabel: { color: css('--soft'), fontSize: 12, formatter: '{value}\u202f%' } }),
      yAxis: axisLook({ type: logarithmic ? 'log' : 'value', min: logarithmic ? floor : 0, max: logarithmic ? top : undefined,
        axisLabel: { color: css('--soft'), fontSize: 12, formatter: bytes } }),
      series: series
    }, 'Live bytes along the program: ' + present.map(function (stage) {
      return stageNames[stage] + ' peaks at ' + bytes(memoryAt(stage).peak);
    }).join(', '));
  }

  // ---- Graph -------------------------------------------------------------------------------------------------------

  let measure = asked.get('measure') === '1' ? 1 : 0; // 0: ops, 1: bytes written
  function moduleTree(stage) {
    const top = { name: data.model || 'model', children: new Map(), kinds: new Map() };
    for (const row of data.graph[stage].rows) {
      const amount = measure ? row[3] : row[2];
      if (!amount) continue;
      let at = top;
      for (const part of placeOf(row[0]).split('.').filter(Boolean)) {
        if (!at.children.has(part)) at.children.set(part, { name: part, children: new Map(), kinds: new Map() });
        at = at.children.get(part);
      }
      const kind = kindOf(row[1]);
      const sums = at.kinds.get(kind) || [0, 0, 0];
      at.kinds.set(kind, [sums[0] + amount, sums[1] + row[2], sums[2] + row[3]]);
    }
    function convert(node, path) {
      // A module that holds one module alone is one with it.
      let name = node.name;
      while (node.children.size === 1 && !node.kinds.size && path) {
        node = node.children.values().next().value;
        name += '.' + node.name;
      }
      const full = path ? (path === '/' ? name : path + '.' + name) : '/';
      const children = [];
      for (const child of node.children.values()) children.push(convert(child, full));
      for (const [kind, sums] of node.kinds) {
        const colour = colourOf(kind);
        children.push({ name: kind, value: sums[0], path: full === '/' ? '' : full, ops: sums[1], bytes: sums[2],
          itemStyle: { color: colour }, label: { color: inkOn(colour) } });
      }
      return { name: name, path: full === '/' ? '' : full, children: children };
    }
    return convert(top, '').children;
  }
  function drawGraph(stage) {
    const id = stage + '-plot', caption = $(stage + '-caption'), graph = data.graph[stage];
    if (!graph) {
      caption.textContent = '';
      return nothing(id, stage === 'after' ? 'This compilation stopped before raising.' : 'There is no graph.');
    }
    caption.replaceChildren(make('span', stage === 'before' ? 'As exported: ' : 'Raised: '), make('b', plain(graph.ops)), make('span', ' operations'));
    const ink = css('--ink');
    plot(id, {
      tooltip: tooltip({
        formatter: function (hit) {
          const d = hit.data || {};
          const amount = hit.value || 0;
          const lines = [[hit.name], [d.path || '', 'soft']];
          lines.push([d.ops ? plain(d.ops) + (d.ops === 1 ? ' op' : ' ops') + (d.bytes ? ', writes ' + bytes(d.bytes) : '')
                            : measure ? 'writes ' + bytes(amount) : plain(amount) + ' ops']);
          return tip(lines);
        }
      }),
      series: [{
        type: 'treemap', name: 'all', data: moduleTree(stage), roam: false, nodeClick: 'zoomToNode', left: 0, right: 0, top: 0, bottom: 30,
        visibleMin: 20, leafDepth: null,
        breadcrumb: { left: 0, bottom: 0, height: 22,
          itemStyle: { color: css('--faint'), borderColor: css('--line'), textStyle: { color: ink, fontSize: 12 } },
          emphasis: { itemStyle: { color: css('--line') } } },
        label: { show: true, fontSize: 12, overflow: 'truncate' },
        upperLabel: { show: true, height: 20, color: ink, fontSize: 12, overflow: 'truncate' },
        itemStyle: { borderColor: css('--card'), borderWidth: 1, gapWidth: 1, color: css('--faint') },
        levels: [
          { itemStyle: { borderWidth: 0, gapWidth: 4 }, upperLabel: { show: false } },
          { itemStyle: { borderColor: css('--line'), borderWidth: 2, gapWidth: 2 } },
          { itemStyle: { borderColor: css('--faint'), borderWidth: 2, gapWidth: 1 } },
          { itemStyle: { borderColor: css('--line'), borderWidth: 2, gapWidth: 1 } }
        ]
      }]
    }, (stage === 'before' ? 'The graph as exported' : 'The raised graph') + ' by module, ' + plain(graph.ops) + ' operations');
  }
  function drawLegend() {
    const counts = new Map();
    for (const stage of ['before', 'after'])
      for (const row of data.graph[stage] ? data.graph[stage].rows : [])
        counts.set(kindOf(row[1]), (counts.get(kindOf(row[1])) || 0) + row[2]);
    $('legend').replaceChildren();
    const isFound = function (kind) { return kind.startsWith('ssm.') ? 0 : 1; };
    for (const [kind] of Array.from(counts).sort(function (a, b) { return isFound(a[0]) - isFound(b[0]) || b[1] - a[1]; })) {
      const item = make('li'), box = make('i');
      box.style.background = colourOf(kind);
      item.append(box, make('span', kind));
      $('legend').append(item);
    }
  }
  function table(heads, rows) {
    const element = make('table'), head = make('tr'), body = make('tbody'), top = make('thead');
    for (const h of heads) { const cell = make('th', h[0], h[1]); cell.scope = 'col'; head.append(cell); }
    for (const row of rows) {
      const line = make('tr');
      row.forEach(function (text, i) { line.append(make('td', text, heads[i][1])); });
      body.append(line);
    }
    top.append(head);
    element.append(top, body);
    return element;
  }
  function drawGraphTable() {
    const rows = new Map();
    for (const stage of ['before', 'after'])
      for (const row of data.graph[stage] ? data.graph[stage].rows : []) {
        const path = placeOf(row[0]);
        if (!rows.has(path)) rows.set(path, { before: 0, after: 0, found: [] });
        const entry = rows.get(path);
        entry[stage] += row[2];
        if (stage === 'after' && kindOf(row[1]).startsWith('ssm.')) entry.found.push((row[2] > 1 ? row[2] + ' ' : '') + kindOf(row[1]));
      }
    const compare = new Intl.Collator('en', { numeric: true }).compare;
    const list = Array.from(rows).sort(function (a, b) { return compare(a[0], b[0]); }).map(function (r) {
      return [r[0] || '(no module)', plain(r[1].before), plain(r[1].after), r[1].found.join(', ')];
    });
    $('graph-table').replaceChildren(table([['Module'], ['Before', 'number'], ['After', 'number'], ['Found there']], list));
  }

  // ---- Remarks -----------------------------------------------------------------------------------------------------

  function drawRemarks(found) {
    const box = $(found ? 'found' : 'declined');
    box.replaceChildren(make('h3', found ? 'Found' : 'Declined'));
    const groups = new Map();
    for (const remark of data.remarks) {
      if (remark.found !== found) continue;
      const key = JSON.stringify([remark.what, remark.reason]);
      if (!groups.has(key)) groups.set(key, { what: remark.what, reason: remark.reason, places: [] });
      groups.get(key).places.push(placeOf(remark.place));
    }
    // What the graph holds and no remark tells of.
    const told = new Set(Array.from(groups.values()).map(function (g) { return g.what; }));
    if (found && data.graph.after)
      for (const row of data.graph.after.rows) {
        const kind = kindOf(row[1]);
        if (!kind.startsWith('ssm.') || told.has(kind)) continue;
        if (!groups.has(kind)) groups.set(kind, { what: kind, reason: '', places: [], count: 0 });
        groups.get(kind).count += row[2];
        groups.get(kind).places.push(placeOf(row[0]) + (row[2] > 1 ? ' (' + plain(row[2]) + ')' : ''));
      }
    for (const group of groups.values()) group.count = group.count || group.places.length;
    if (!groups.size) {
      box.append(make('p', !data.graph.after ? 'This compilation stopped before raising.'
        : found ? 'No pass says that it found something.' : 'Nothing: no computation looked like an op and was not one.', 'empty'));
      return;
    }
    for (const group of Array.from(groups.values()).sort(function (a, b) { return b.count - a.count; })) {
      const item = make('div', null, found ? 'item' : 'item declined');
      const head = make('div');
      head.append(make('code', group.what), make('span', group.count > 1 ? '  \u00d7\u2009' + plain(group.count) : ''));
      item.append(head);
      if (group.reason) item.append(make('div', group.reason, 'reason'));
      const list = make('ul');
      for (const place of group.places.slice(0, 200)) list.append(make('li', place || 'place unknown'));
      if (group.places.length > 200) list.append(make('li', 'and ' + plain(group.places.length - 200) + ' more'));
      if (group.places.length > 4) {
        const more = make('details');
        more.append(make('summary', 'places'), list);
        item.append(more);
      } else {
        item.append(list);
      }
      box.append(item);
    }
  }

  // ---- Kernels -----------------------------------------------------------------------------------------------------

  let workView = asked.get('work') === '1' ? 1 : 0; // 0: bars, 1: intensity
  function kernelGroups() {
    const groups = new Map();
    for (const kernel of data.kernels) {
      if (!groups.has(kernel.name)) groups.set(kernel.name, { name: kernel.name, kind: kernel.kind, calls: 0, flops: 0, bytes: 0, places: [] });
      const group = groups.get(kernel.name);
      ++group.calls;
      group.flops += kernel.flops[shape] || 0;
      group.bytes += kernel.bytes[shape] || 0;
      group.places.push(placeOf(kernel.module));
    }
    return Array.from(groups.values());
  }
  function drawKernels() {
    if (!data.kernels || !data.kernels.length) return nothing('kernels-plot', 'This compilation stopped before kernels were formed.');
    choice('work', ['bars', 'intensity'], workView, function (i) { workView = i; drawKernels(); });
    $('kernels-shape').textContent = data.shapes[shape] ? 'Here for ' + data.shapes[shape].text + '.' : '';
    const groups = kernelGroups();
    const tipOf = function (g) {
      return tip([[g.name + (g.calls > 1 ? ', ' + g.calls + ' calls' : '')], [flops(g.flops) + ', ' + bytes(g.bytes) +
        (g.bytes ? ', ' + (g.flops / g.bytes).toPrecision(2) + ' flop a byte' : '')],
        [g.places.slice(0, 4).join(', ') + (g.places.length > 4 ? ', \u2026' : ''), 'soft']]);
    };
    // Kernels of the CPU's names: those of the dialect, and what elementwise code is called.
    const colour = function (g) { return colourOf(g.kind === 'ssm.packed_matmul' ? 'ssm.einsum' : g.kind); };
    if (workView === 0) {
      const shown = groups.sort(function (a, b) { return b.bytes + b.flops - a.bytes - a.flops; }).slice(0, 18).reverse();
      const names = shown.map(function (g) { return g.name + (g.calls > 1 ? ' \u00d7' + g.calls : ''); });
      const narrow = $('kernels-plot').clientWidth < 640;
      const bar = function (key, axis, text) {
        return { type: 'bar', name: key, xAxisIndex: axis, yAxisIndex: axis, barMaxWidth: 18,
          data: shown.map(function (g) { return { value: g[key], itemStyle: { color: colour(g), borderRadius: [0, 4, 4, 0] } }; }),
          label: { show: !narrow, position: 'right', color: css('--soft'), fontSize: 11, formatter: function (p) { return text(p.value); } } };
      };
      const value = function (index, name, format) {
        return axisLook({ type: 'value', gridIndex: index, name: name, nameLocation: 'middle', nameGap: 28, splitNumber: narrow ? 1 : 3,
          axisLabel: { color: css('--soft'), fontSize: 11, formatter: format, hideOverlap: true } });
      };
      const chart = plot('kernels-plot', {
        grid: [{ left: 8, right: narrow ? '38%' : '54%', top: 8, bottom: 40, containLabel: true },
               { left: narrow ? '66%' : '52%', right: narrow ? 14 : 70, top: 8, bottom: 40, containLabel: true }],
        tooltip: tooltip({ trigger: 'item', formatter: function (hit) { return tipOf(shown[hit.dataIndex]); } }),
        xAxis: [value(0, 'operations', flops), value(1, 'bytes', bytes)],
        yAxis: [axisLook({ type: 'category', data: names, gridIndex: 0, axisLabel: { color: css('--ink'), fontSize: 12, width: narrow ? 110 : 190, overflow: 'truncate' } }),
                axisLook({ type: 'category', data: names, gridIndex: 1, axisLabel: { show: false } })],
        series: [bar('flops', 0, flops), bar('bytes', 1, bytes)]
      }, 'Operations and bytes of the ' + shown.length + ' kernels with the most work');
      $('kernels-plot').style.height = Math.max(220, 70 + 27 * shown.length) + 'px';
      chart.resize();
      return;
    }
    const shown = groups.filter(function (g) { return g.bytes > 0 && g.flops > 0; });
    if (!shown.length) return nothing('kernels-plot', 'No kernel computes with numbers.');
    $('kernels-plot').style.height = '';
    const low = Math.min(...shown.map(function (g) { return g.bytes; })) / 2, high = Math.max(...shown.map(function (g) { return g.bytes; })) * 2;
    const lines = [0.1, 1, 10, 100].map(function (ratio) {
      return { type: 'line', silent: true, symbol: 'none', data: [[low, low * ratio], [high, high * ratio]],
        lineStyle: { color: css('--line'), width: 1, type: 'dashed' }, tooltip: { show: false },
        endLabel: { show: true, formatter: ratio + ' flop/B', color: css('--soft'), fontSize: 11 } };
    });
    plot('kernels-plot', {
      grid: { left: 8, right: 80, top: 20, bottom: 36, containLabel: true },
      tooltip: tooltip({ trigger: 'item', formatter: function (hit) { return hit.data.group ? tipOf(hit.data.group) : tip([['']]); } }),
      xAxis: axisLook({ type: 'log', name: 'bytes', nameLocation: 'middle', nameGap: 28, min: low, max: high,
        axisLabel: { color: css('--soft'), fontSize: 12, formatter: bytes } }),
      yAxis: axisLook({ type: 'log', axisLabel: { color: css('--soft'), fontSize: 12, formatter: flops } }),
      series: lines.concat([{
        type: 'scatter', symbolSize: function (v, p) { return 10 + 6 * Math.min(4, Math.log2(p.data.group.calls + 1)); },
        data: shown.map(function (g) { return { value: [g.bytes, g.flops], group: g, itemStyle: { color: colour(g), opacity: 0.9 } }; }),
        label: { show: true, position: 'right', formatter: function (p) { return p.data.group.name; }, color: css('--ink'), fontSize: 11 },
        labelLayout: { hideOverlap: true }
      }])
    }, 'Operations over bytes of each kernel');
  }

  // ---- Time and facts ----------------------------------------------------------------------------------------------

  function drawTime() {
    const stages = data.stages.slice().reverse();
    if (!stages.length) return nothing('time-plot', 'No stage ran.');
    $('time-plot').style.height = 60 + 34 * stages.length + 'px';
    plot('time-plot', {
      grid: { left: 8, right: 76, top: 4, bottom: 8, containLabel: true },
      tooltip: tooltip({ trigger: 'item', formatter: function (hit) {
        return tip([[hit.name + ': ' + seconds(hit.value)], [(100 * hit.value / (data.seconds || 1)).toFixed(0) + '\u202f% of the whole', 'soft']]);
      } }),
      xAxis: axisLook({ type: 'value', splitNumber: 4, axisLabel: { color: css('--soft'), fontSize: 12, formatter: seconds, hideOverlap: true } }),
      yAxis: axisLook({ type: 'category', data: stages.map(function (s) { return s.name; }), axisLabel: { color: css('--ink'), fontSize: 13 } }),
      series: [{ type: 'bar', barMaxWidth: 20, data: stages.map(function (s) { return s.seconds; }),
        itemStyle: { color: css('--scheduled'), borderRadius: [0, 4, 4, 0] },
        label: { show: true, position: 'right', color: css('--soft'), formatter: function (p) { return seconds(p.value); } } }]
    }, 'Seconds of each stage of the compilation');
  }
  function drawFacts() {
    const list = $('facts');
    list.replaceChildren();
    const fact = function (name, text) { if (text) list.append(make('dt', name), make('dd', text)); };
    fact('Input', data.input);
    if (data.weights) {
      fact('Weights', bytes(data.weights.bytes) + ' in ' + plain(data.weights.tensors) + ' tensors');
      if (data.weights.packed !== undefined) fact('Packed', bytes(data.weights.packed));
    }
    const product = data.product;
    if (product) {
      fact('Product', product.path === '-' ? 'standard output' : product.path);
      fact('Kind', product.kind);
      fact('CPU', product.cpu);
      if (product.bytes !== undefined) fact('Size', bytes(product.bytes));
      if (product.weightsBeside !== undefined) fact('Weights beside it', bytes(product.weightsBeside));
    }
    for (const [stage, name] of [['before', 'Largest temporary, as exported'], ['after', 'Largest temporary, raised']]) {
      const memory = memoryAt(stage);
      if (memory && memory.largest)
        fact(name, bytes(memory.largest) + ' (' + memory.largestShape.join('\u2009\u00d7\u2009') + '), ' + kindOf(memory.largestOp[0]) +
          (placeOf(memory.largestOp[1]) ? ' in ' + placeOf(memory.largestOp[1]) : ''));
    }
  }

  // ---- The page ----------------------------------------------------------------------------------------------------

  function draw() {
    drawTiles();
    drawMemory();
    drawLegend();
    drawGraph('before');
    drawGraph('after');
    drawKernels();
    drawTime();
    drawFacts();
  }
  function setTheme(theme) {
    root.dataset.theme = theme;
    $('theme').textContent = theme === 'dark' ? 'Light' : 'Dark';
  }
  $('model').textContent = data.model || data.input;
  $('subtitle').textContent = data.input + (data.product && data.product.path !== '-' ? ' \u2192 ' + data.product.path : '');
  $('foot').textContent = 'Written by mambac ' + data.version + '. Plots: Apache ECharts ' + echarts.version + ', Apache License 2.0.';
  setTheme(asked.get('theme') === 'dark' || (!asked.has('theme') && matchMedia('(prefers-color-scheme: dark)').matches) ? 'dark' : 'light');
  $('theme').addEventListener('click', function () { setTheme(root.dataset.theme === 'dark' ? 'light' : 'dark'); draw(); });
  choice('shapes', data.shapes.map(function (s) { return plain(s.length); }), shape, function (i) { shape = i; draw(); });
  choice('measure', ['operations', 'bytes written'], measure, function (i) { measure = i; drawGraph('before'); drawGraph('after'); });
  drawGraphTable();
  drawRemarks(true);
  drawRemarks(false);
  draw();
  addEventListener('resize', function () { for (const chart of charts.values()) chart.resize(); });

  // What a test in a browser asks.
  root.dataset.problems = String(problems.length);
  root.dataset.requests = String(performance.getEntriesByType('resource').length);
  root.dataset.state = 'ready';
})();
