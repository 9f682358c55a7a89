/* The one map of every page: layers come as a list and are compared with what is shown, so that nothing flickers,
   the view stays, and panning asks the server for nothing but tiles. All text is set as text, never as HTML. */
(function () {
  "use strict";
  var L = window.L;
  var SVG = "http://www.w3.org/2000/svg";

  // ---- marks with a shape, drawn on canvas -------------------------------------------------------------------------

  function corners(shape, x, y, r) {
    var list = { square: [[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]],
      triangle: [[0, -1.15], [1.05, 0.8], [-1.05, 0.8]],
      diamond: [[0, -1.2], [1.2, 0], [0, 1.2], [-1.2, 0]],
      cross: [[-0.4, -1.1], [0.4, -1.1], [0.4, -0.4], [1.1, -0.4], [1.1, 0.4], [0.4, 0.4], [0.4, 1.1], [-0.4, 1.1],
        [-0.4, 0.4], [-1.1, 0.4], [-1.1, -0.4], [-0.4, -0.4]] }[shape];
    if (shape === "star") {
      list = [];
      for (var i = 0; i < 10; i++) {
        var far = i % 2 ? 0.55 : 1.35, turn = Math.PI * i / 5;
        list.push([far * Math.sin(turn), -far * Math.cos(turn)]);
      }
    }
    return list && list.map(function (p) { return [x + p[0] * r, y + p[1] * r]; });
  }

  L.Canvas.include({
    _planMark: function (layer) {
      if (!this._drawing || layer._empty()) { return; }
      var ctx = this._ctx, at = layer._point, r = layer._radius, path = corners(layer.options.shape, at.x, at.y, r);
      ctx.beginPath();
      if (path) {
        path.forEach(function (p, i) { ctx[i ? "lineTo" : "moveTo"](p[0], p[1]); });
        ctx.closePath();
      } else {
        ctx.arc(at.x, at.y, r, 0, Math.PI * 2, false);
      }
      this._fillStroke(ctx, layer);
    }
  });
  L.PlanMark = L.CircleMarker.extend({ _updatePath: function () { this._renderer._planMark(this); } });

  var patterns = {};
  function fillOf(style) {
    if (!style.hatch) { return style.fill; }
    var key = [style.fill, style.hatch, style.hatchColour].join("|");
    if (!patterns[key]) {
      var side = 8, tile = document.createElement("canvas"), ctx = tile.getContext("2d");
      tile.width = tile.height = side;
      ctx.fillStyle = style.fill;
      ctx.fillRect(0, 0, side, side);
      ctx.strokeStyle = ctx.fillStyle = style.hatchColour;
      ctx.lineWidth = 1.3;
      ctx.beginPath();
      if (style.hatch === "/" || style.hatch === "x") {
        [[-1, 1, 1, -1], [0, side, side, 0], [side - 1, side + 1, side + 1, side - 1]].forEach(line);
      }
      if (style.hatch === "\\" || style.hatch === "x") {
        [[-1, side - 1, 1, side + 1], [0, 0, side, side], [side - 1, -1, side + 1, 1]].forEach(line);
      }
      ctx.stroke();
      if (style.hatch === ".") { ctx.fillRect(3, 3, 2, 2); }
      patterns[key] = ctx.createPattern(tile, "repeat");
    }
    return patterns[key];
    function line(p) { ctx.moveTo(p[0], p[1]); ctx.lineTo(p[2], p[3]); }
  }

  function pathOptions(style) {
    return { stroke: style.weight > 0, color: style.edge || style.fill, weight: style.weight, opacity: style.opacity,
      fill: !!style.fill, fillColor: fillOf(style), fillOpacity: style.fillOpacity, dashArray: style.dash || null,
      shape: style.shape, radius: style.radius, lineJoin: "round" };
  }

  // ---- small helpers -----------------------------------------------------------------------------------------------

  function make(tag, className, parent, text) {
    var node = L.DomUtil.create(tag, className, parent);
    if (text !== undefined) { node.textContent = text; }
    return node;
  }

  function swatch(row) {
    var svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("width", 22);
    svg.setAttribute("height", 14);
    svg.setAttribute("aria-hidden", "true");
    function add(name, given) {
      var node = document.createElementNS(SVG, name);
      Object.keys(given).forEach(function (key) { node.setAttribute(key, given[key]); });
      svg.appendChild(node);
    }
    var path = row.shape && corners(row.shape, 11, 7, 5);
    if (row.line) {
      add("line", { x1: 1, x2: 21, y1: 7, y2: 7, stroke: row.edge, "stroke-width": row.weight, "stroke-dasharray": row.dash || "" });
    } else if (path) {
      add("polygon", { points: path.join(" "), fill: row.fill, stroke: row.edge === "#ffffff" ? row.fill : row.edge });
    } else if (row.shape) {
      add("circle", { cx: 11, cy: 7, r: 5, fill: row.fill, stroke: row.edge === "#ffffff" ? row.fill : row.edge });
    } else {
      add("rect", { x: 0.5, y: 0.5, width: 21, height: 13, fill: row.fill || "none", stroke: row.edge });
      if (row.hatch === ".") {
        [4, 9, 14, 19].forEach(function (x, i) { [4, 10].forEach(function (y) {
          add("rect", { x: x - 1, y: y - (i % 2 ? 2 : 0), width: 2, height: 2, fill: row.hatchColour });
        }); });
      } else if (row.hatch) {
        for (var x = -12; x < 24; x += 5) {
          if (row.hatch !== "\\") { add("line", { x1: Math.max(x, 1), y1: Math.min(13, 13 + x - 1), x2: Math.min(x + 12, 21), y2: Math.max(1, x + 13 - 21), stroke: row.hatchColour }); }
          if (row.hatch !== "/") { add("line", { x1: Math.max(x, 1), y1: Math.max(1, 1 - x), x2: Math.min(x + 12, 21), y2: Math.min(13, 22 - x), stroke: row.hatchColour }); }
        }
      }
    }
    return svg;
  }

  // ---- layers ------------------------------------------------------------------------------------------------------

  function geoLayer(plan, spec, data) {
    var styles = spec.styles.map(pathOptions);
    var live = spec.interactive, pane = live ? "planLive" : "plan" + spec.pane;
    var group = L.featureGroup(), marks = false;
    L.geoJSON(data, {
      style: function (feature) { return styles[feature.properties.c]; },
      pointToLayer: function (feature, latlng) { marks = true; return new L.PlanMark(latlng, styles[feature.properties.c]); },
      onEachFeature: function (feature, layer) {
        layer.options.interactive = live;
        layer.options.pane = pane;
        layer.options.renderer = plan.renderers[pane];
        layer.options.smoothFactor = 1.2;
        group.addLayer(layer);
      }
    });
    if (marks) {
      group.on("add", function () { plan.map.on("zoomend", grow); grow(); });
      group.on("remove", function () { plan.map.off("zoomend", grow); });
    }
    if (live) {
      group.bindTooltip(function (layer) { return note(layer.feature.properties.t); }, { sticky: true, className: "plan-tip" });
      group.on("click", function (event) {
        event.latlng.id = event.layer.feature.properties.i;
        event.latlng.layer = spec.key;
      });
    }
    return group;

    // marks shrink on small scales, so that a city of a thousand facilities still shows what lies below them
    function grow() {
      var share = Math.max(0.35, Math.min(1, Math.pow(0.78, 13 - plan.map.getZoom())));
      group.eachLayer(function (layer) {
        if (!(layer instanceof L.PlanMark)) { return; }
        var style = spec.styles[layer.feature.properties.c];
        layer.setStyle({ weight: style.weight * share });
        layer.setRadius(Math.max(1.5, style.radius * share));
      });
    }
  }

  function note(lines) {
    var box = document.createElement("div");
    (lines || []).forEach(function (line, i) { make("div", i ? "plan-tip-more" : "plan-tip-head", box, line); });
    return box;
  }

  function labelLayer(plan, spec, data) {
    var group = L.layerGroup(data.features.map(function (feature) {
      var text = make("span", "plan-label", null, feature.properties.t);
      var marker = L.marker([feature.geometry.coordinates[1], feature.geometry.coordinates[0]],
        { pane: "planLabels", interactive: false, keyboard: false, icon: L.divIcon({ className: "plan-label-box", iconSize: [0, 0], html: text }) });
      marker.planText = text;
      return marker;
    }));
    group.on("add", function () { plan.map.on("zoomend", thin); thin(); });
    group.on("remove", function () { plan.map.off("zoomend", thin); });
    return group;

    // hide a name where it would lie on one that is shown
    function thin() {
      var taken = [];
      group.eachLayer(function (marker) {
        var at = plan.map.project(marker.getLatLng()), half = 8 * marker.planText.textContent.length;
        var free = taken.every(function (other) {
          return Math.abs(other.x - at.x) > half + other.half || Math.abs(other.y - at.y) > 19;
        });
        marker.planText.style.display = free ? "" : "none";
        if (free) { taken.push({ x: at.x, y: at.y, half: half }); }
      });
    }
  }

  function load(plan, spec, done) {
    if (spec.kind === "tiles") {
      done(L.tileLayer(spec.url, { pane: spec.pane === "Base" ? "tilePane" : "plan" + spec.pane, maxZoom: 20, minZoom: 5, bounds: spec.bounds }));
      return;
    }
    var build = spec.kind === "labels" ? labelLayer : geoLayer;
    if (spec.data) { done(build(plan, spec, spec.data)); return; }
    busy(plan, 1);
    fetch(spec.url).then(function (answer) {
      if (!answer.ok) { throw new Error(answer.status); }
      return answer.json();
    }).then(function (data) { done(build(plan, spec, data)); }).catch(function () {
      plan.status.textContent = plan.words.failed;
      plan.status.style.display = "block";
    }).finally(function () { busy(plan, -1); });
  }

  function busy(plan, step) {
    plan.loading += step;
    plan.box.setAttribute("data-plan-loading", plan.loading);
    if (plan.loading) { plan.status.textContent = plan.words.loading; }
    if (plan.loading || plan.status.textContent === plan.words.loading) {
      plan.status.style.display = plan.loading ? "block" : "none";
    }
  }

  function show(plan, key) {
    var held = plan.layers[key], wanted = plan.visible[key];
    if (!held) { return; }
    if (!wanted) {
      if (held.drawn) { plan.map.removeLayer(held.drawn); }
      mark(plan);
      return;
    }
    if (held.drawn) { put(plan, held); return; }
    if (held.asked) { return; }
    held.asked = true;
    load(plan, held.spec, function (drawn) {
      held.drawn = drawn;
      if (plan.layers[key] !== held) { return; }  // replaced while it was loading
      (plan.waiting[key] || []).forEach(function (old) { plan.map.removeLayer(old); });
      plan.waiting[key] = [];
      if (plan.visible[key]) { put(plan, held); }
    });
  }

  function put(plan, held) {
    plan.map.addLayer(held.drawn);
    // one canvas holds all that can be clicked: keep areas below marks
    plan.order.slice().reverse().forEach(function (key) {
      var other = plan.layers[key];
      if (other && other.drawn && other.spec.interactive && plan.map.hasLayer(other.drawn) && other.drawn.bringToBack) {
        other.drawn.bringToBack();
      }
    });
    mark(plan);
  }

  function mark(plan) {
    plan.box.setAttribute("data-plan-shown", plan.order.filter(function (key) {
      return plan.layers[key] && plan.layers[key].drawn && plan.map.hasLayer(plan.layers[key].drawn);
    }).join(" "));
  }

  // ---- controls ----------------------------------------------------------------------------------------------------

  function corner(map, where, className) {
    var control = L.control({ position: where });
    control.onAdd = function () {
      var box = make("div", "plan-box " + className);
      L.DomEvent.disableClickPropagation(box);
      L.DomEvent.disableScrollPropagation(box);
      return box;
    };
    control.addTo(map);
    return control.getContainer();
  }

  function foldable(plan, box, name, title) {
    box.textContent = "";
    var head = make("button", "plan-head", box, title);
    head.type = "button";
    var body = make("div", "plan-body", box);
    function turn(open) {
      plan.folded[name] = !open;
      body.style.display = open ? "block" : "none";
      head.setAttribute("aria-expanded", open);
    }
    head.onclick = function () { turn(plan.folded[name]); };
    turn(!plan.folded[name]);
    return body;
  }

  function switches(plan, words) {
    var body = foldable(plan, plan.switchBox, "layers", words.layers);
    plan.order.forEach(function (key) {
      var spec = plan.layers[key].spec;
      if (!spec.title) { return; }
      var row = make("label", "plan-switch", body), tick = make("input", "", row);
      tick.type = "checkbox";
      tick.checked = !!plan.visible[key];
      tick.setAttribute("data-plan-layer", key);
      tick.onchange = function () {
        plan.visible[key] = tick.checked;
        show(plan, key);
      };
      make("span", "", row, spec.title);
    });
  }

  function legend(plan, spec) {
    var body = foldable(plan, plan.legendBox, "legend", spec.title);
    spec.rows.forEach(function (row) {
      if (row.head) { make("div", "plan-legend-head", body, row.label); return; }
      var line = make("div", "plan-legend-row", body);
      line.appendChild(swatch(row));
      make("span", "plan-legend-label", line, row.label);
      make("span", "plan-legend-count", line, row.count);
    });
    (spec.notes || []).forEach(function (text) { make("div", "plan-legend-note", body, text); });
  }

  function zoomButtons(plan, words) {
    if (plan.zoom) { plan.map.removeControl(plan.zoom); }
    plan.zoom = L.control.zoom({ position: "topleft", zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(plan.map);
    var home = make("a", "plan-home", plan.zoom.getContainer(), "⌂");
    home.href = "#";
    home.title = words.home;
    home.setAttribute("role", "button");
    home.setAttribute("aria-label", words.home);
    L.DomEvent.on(home, "click", function (event) { L.DomEvent.stop(event); goHome(plan); });
  }

  function arrive(plan) {
    // the frame may still be without a size when the first layers come
    if (plan.arrived || !plan.order.length || plan.box.clientWidth < 200 || plan.box.clientHeight < 100) { return; }
    plan.arrived = true;
    plan.map.invalidateSize({ animate: false });
    goHome(plan);
    plan.map.setMinZoom(Math.max(3, Math.floor(plan.map.getZoom()) - 1));
    plan.map.setMaxBounds(L.latLngBounds(plan.home).pad(1.5));
  }

  function besideLegend(plan) { return plan.box.clientWidth > 560 ? 228 : 0; }

  function goHome(plan) {
    plan.map.fitBounds(plan.home, { paddingTopLeft: [8, 8], paddingBottomRight: [8 + besideLegend(plan), 8], animate: false });
  }

  // ---- what the pages call -----------------------------------------------------------------------------------------

  function init(map, home) {
    var plan = map.plan = { map: map, home: home, box: map.getContainer(), layers: {}, visible: {}, waiting: {}, order: [],
      renderers: {}, folded: {}, loading: 0, clicks: 0, words: {} };
    var panes = { planAreas: 360, planLive: 420, planSelect: 440, planLabels: 450 };
    Object.keys(panes).forEach(function (name) {
      var pane = map.createPane(name);
      pane.style.zIndex = panes[name];
      if (name !== "planLive") { pane.style.pointerEvents = "none"; }
      if (name !== "planLabels") { plan.renderers[name] = L.canvas({ pane: name, padding: 0.3, tolerance: 4 }); }
    });
    if (map.attributionControl) { map.attributionControl.setPrefix(""); }
    plan.status = make("div", "plan-status", plan.box);
    plan.switchBox = corner(map, "topright", "plan-switches");
    plan.legendBox = corner(map, "bottomright", "plan-legend");
    L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
    // registered before the page's own listener, which sends on the same point: what was hit, how near is near enough,
    // and a number that makes a second click on the same spot a new one
    map.on("click", function (event) {
      var at = map.latLngToContainerPoint(event.latlng);
      event.latlng.near_m = map.distance(event.latlng, map.containerPointToLatLng(at.add([8, 0])));
      event.latlng.n = Date.now();
      if (plan.pulse) { map.removeLayer(plan.pulse); }
      plan.pulse = L.circleMarker(event.latlng, { pane: "planSelect", renderer: plan.renderers.planSelect, interactive: false,
        radius: 9, weight: 3, color: "#1a1a1a", fill: false, opacity: 0.6 }).addTo(map);
    });
    new ResizeObserver(function () { map.invalidateSize({ animate: false }); arrive(plan); }).observe(plan.box);
    window.planMap = map;
  }

  function update(map, spec) {
    var plan = map.plan;
    plan.words = spec.words;
    if (JSON.stringify(plan.home) !== JSON.stringify(spec.home)) { plan.home = spec.home; }
    if (plan.pulse) { map.removeLayer(plan.pulse); plan.pulse = null; }
    var seen = {};
    plan.order = spec.layers.map(function (layer) { return layer.key; });
    spec.layers.forEach(function (layer) {
      var held = plan.layers[layer.key];
      seen[layer.key] = true;
      if (!(layer.key in plan.visible)) { plan.visible[layer.key] = layer.shown; }
      if (held && held.spec.id === layer.id) { held.spec.title = layer.title; return; }
      // the old drawing stays until the new one is there
      if (held && held.drawn) { (plan.waiting[layer.key] = plan.waiting[layer.key] || []).push(held.drawn); }
      plan.layers[layer.key] = { spec: layer };
      if (!plan.visible[layer.key]) { drop(plan, layer.key); }
    });
    Object.keys(plan.layers).forEach(function (key) {
      if (seen[key]) { show(plan, key); return; }
      if (plan.layers[key].drawn) { map.removeLayer(plan.layers[key].drawn); }
      drop(plan, key);
      delete plan.layers[key];
    });
    zoomButtons(plan, spec.words);
    switches(plan, spec.words);
    legend(plan, spec.legend);
    plan.box.setAttribute("aria-label", spec.words.map);
    arrive(plan);
    if (spec.focus && spec.focus.token !== plan.focus) {
      plan.focus = spec.focus.token;
      if (spec.focus.bounds) { map.fitBounds(spec.focus.bounds, { paddingTopLeft: [50, 50], paddingBottomRight: [30 + besideLegend(plan), 50], maxZoom: 16 }); }
    }
    plan.box.setAttribute("data-plan-version", spec.version);
  }

  function drop(plan, key) {
    (plan.waiting[key] || []).forEach(function (old) { plan.map.removeLayer(old); });
    plan.waiting[key] = [];
  }

  window.PlanMap = { init: init, update: update };
})();
