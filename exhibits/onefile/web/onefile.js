/* One file, no network: decodes the shapes, hands layers to the map script, and adds search, pop-ups and switches.
   All text is set as text, never as HTML. */
(function () {
  "use strict";
  var L = window.L, data = JSON.parse(document.getElementById("one-data").textContent);
  var state = { theme: data.themes[0].key, after: false };

  // ---- shapes: whole numbers, each the step from the one before ------------------------------------------------------

  function ring(steps, unit) {
    var x = 0, y = 0, found = [];
    for (var i = 0; i < steps.length; i += 2) {
      x += steps[i];
      y += steps[i + 1];
      found.push([x / unit, y / unit]);
    }
    return found;
  }

  function shape(code, unit) {
    if (!code) { return null; }
    if (code.p) { return { type: "Point", coordinates: ring(code.p, unit)[0] }; }
    if (code.l) { return { type: "MultiLineString", coordinates: code.l.map(function (one) { return ring(one, unit); }) }; }
    return { type: "MultiPolygon", coordinates: code.a.map(function (rings) {
      return rings.map(function (one) { return ring(one, unit); });
    }) };
  }

  var shapes = {};
  function shapesOf(name) {
    if (!shapes[name]) { shapes[name] = data.tables[name].shapes.map(function (code) { return shape(code, data.unit); }); }
    return shapes[name];
  }

  function features(name, classes, tips, chosen) {
    var table = data.tables[name], given = shapesOf(name), found = [];
    given.forEach(function (geometry, i) {
      if (geometry && (!chosen || chosen[i])) {
        found.push({ type: "Feature", geometry: geometry,
          properties: { i: i, c: classes ? classes[i] : 0, t: tips ? tips(i) : [table.names[i]] } });
      }
    });
    return { type: "FeatureCollection", features: found };
  }

  // ---- layers --------------------------------------------------------------------------------------------------------

  function theme() { return data.themes.filter(function (one) { return one.key === state.theme; })[0]; }

  function view() {
    var one = theme();
    return state.after && one.after ? one.after : one.now;
  }

  function placeTip(shown) {
    var table = data.tables.places;
    return function (i) { return [table.names[i], shown.texts[i], table.people[i]]; };
  }

  function layers() {
    var shown = view(), mark = state.theme + (state.after ? "+" : ""), found = [];
    data.grounds.forEach(function (one) {
      found.push({ key: one.key, id: one.key, kind: one.kind, title: one.title, shown: one.shown, interactive: false, pane: one.pane,
        styles: one.styles, data: one.data || (one.data = ground(one)) });
    });
    found.push({ key: "places", id: "places" + mark, kind: "geo", title: data.words.places, shown: true, interactive: true,
      pane: "Live", styles: shown.styles, data: features("places", shown.classes, placeTip(shown)) });
    if (data.tables.sites) {
      found.push({ key: "others", id: "others" + mark, kind: "geo", title: data.words.others, shown: false, interactive: true,
        pane: "Live", styles: data.otherStyles, data: features("sites", data.tables.sites.first, siteTip, flip(theme().sites)) });
      found.push({ key: "sites", id: "sites" + mark, kind: "geo", title: theme().sitesTitle, shown: true, interactive: true,
        pane: "Live", styles: [theme().mark], data: features("sites", null, siteTip, theme().sites) });
    }
    if (data.tables.chosen) {
      found.push({ key: "chosen", id: "chosen", kind: "geo", title: data.words.chosen, shown: true, interactive: true,
        pane: "Live", styles: [data.chosenStyle], data: features("chosen", null, null) });
    }
    return found;
  }

  function siteTip(i) { return data.tables.sites.tips[i]; }
  function flip(list) { return list.map(function (one) { return one ? 0 : 1; }); }

  function ground(one) {
    if (one.kind === "labels") {
      return { features: one.points.map(function (point) {
        return { geometry: { coordinates: [point[0], point[1]] }, properties: { t: point[2] } };
      }) };
    }
    return { type: "FeatureCollection", features: one.shapes.map(function (code, i) {
      return { type: "Feature", geometry: shape(code, data.unit), properties: { c: i } };
    }) };
  }

  function draw() {
    var listed = layers();
    window.PlanMap.update(map, { version: listed.map(function (one) { return one.id; }).join("|"), words: data.words,
      home: data.home, layers: listed, legend: view().legend });
    document.body.setAttribute("data-one-shown", state.theme + (state.after ? " after" : " now"));
  }

  // ---- pop-ups and search --------------------------------------------------------------------------------------------

  function node(tag, parent, text, className) {
    var made = document.createElement(tag);
    if (text !== undefined) { made.textContent = text; }
    if (className) { made.className = className; }
    if (parent) { parent.appendChild(made); }
    return made;
  }

  function card(name, i) {
    var table = data.tables[name], box = node("div", null, undefined, "one-popup"), grid;
    node("h2", box, table.names[i]);
    grid = node("table", box);
    table.facts[i].forEach(function (pair) {
      var row = node("tr", grid);
      node("td", row, pair[0]);
      node("td", row, pair[1]);
    });
    ((table.notes || [])[i] || []).forEach(function (line) { node("p", box, line); });
    return box;
  }

  function tableOf(key) { return key === "others" ? "sites" : key; }

  function open(name, i, at) {
    L.popup({ maxWidth: 420, minWidth: 220 }).setLatLng(at).setContent(card(name, i)).openOn(map);
  }

  function middle(geometry) {
    return L.geoJSON({ type: "Feature", geometry: geometry, properties: {} }, { pointToLayer: function (feature, at) {
      return L.circleMarker(at);
    } }).getBounds().getCenter();
  }

  function go(name, i) {
    var at = middle(shapesOf(name)[i]);
    map.setView(at, Math.max(map.getZoom(), 16), { animate: false });
    open(name, i, at);
  }

  function search(text) {
    var wanted = text.trim().toLowerCase(), found = [];
    if (!wanted) { return found; }
    ["places", "sites", "chosen"].forEach(function (name) {
      var table = data.tables[name];
      if (!table) { return; }
      for (var i = 0; i < table.names.length && found.length < 30; i++) {
        var hit = table.names[i].toLowerCase().indexOf(wanted) >= 0 || table.ids[i].toLowerCase().indexOf(wanted) >= 0;
        if (hit && table.shapes[i]) { found.push([name, i]); }
      }
    });
    return found;
  }

  function searchBox() {
    var input = document.getElementById("one-search"), list = document.getElementById("one-found"), hits = [], at = -1;
    input.placeholder = data.words.search;
    input.setAttribute("aria-label", data.words.search);
    function show() {
      list.textContent = "";
      hits.forEach(function (hit, k) {
        var line = node("li", list, data.tables[hit[0]].names[hit[1]]);
        node("small", line, data.words.kinds[hit[0]] + " " + data.tables[hit[0]].ids[hit[1]]);
        line.setAttribute("role", "option");
        line.setAttribute("aria-selected", k === at);
        line.onmousedown = function (event) { event.preventDefault(); choose(k); };
      });
      if (!hits.length && input.value.trim()) { node("li", list, data.words.nothing); }
      list.style.display = input.value.trim() ? "block" : "none";
    }
    function choose(k) {
      list.style.display = "none";
      if (hits[k]) { go(hits[k][0], hits[k][1]); }
    }
    input.oninput = function () { hits = search(input.value); at = -1; show(); };
    input.onfocus = input.oninput;
    input.onblur = function () { list.style.display = "none"; };
    input.onkeydown = function (event) {
      if (event.key === "Enter") { choose(Math.max(at, 0)); }
      if (event.key === "Escape") { list.style.display = "none"; }
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        at = Math.min(hits.length - 1, Math.max(0, at + (event.key === "ArrowDown" ? 1 : -1)));
        show();
        event.preventDefault();
      }
    };
  }

  function tools() {
    var select = document.getElementById("one-theme"), when = document.getElementById("one-when");
    document.getElementById("one-theme-word").textContent = data.words.theme;
    data.themes.forEach(function (one) { node("option", select, one.title).value = one.key; });
    select.onchange = function () { state.theme = select.value; buttons(); draw(); };
    function buttons() {
      when.textContent = "";
      if (!theme().after) { state.after = false; return; }
      [false, true].forEach(function (after) {
        var button = node("button", when, after ? data.words.after : data.words.now);
        button.type = "button";
        button.setAttribute("aria-pressed", state.after === after);
        button.onclick = function () { state.after = after; buttons(); draw(); };
      });
    }
    buttons();
    searchBox();
  }

  // ---- begin ---------------------------------------------------------------------------------------------------------

  var map = L.map("one-map", { zoomControl: false, preferCanvas: true, maxZoom: 20, zoomSnap: 0.5, attributionControl: false });
  map.fitBounds(data.home);
  window.PlanMap.init(map, data.home);
  map.createPane("planBase").style.zIndex = 300;
  map.getPane("planBase").style.pointerEvents = "none";
  map.plan.renderers.planBase = L.canvas({ pane: "planBase", padding: 0.3 });
  map.on("click", function (event) {
    if (event.latlng.layer) { open(tableOf(event.latlng.layer), event.latlng.id, event.latlng); }
  });
  window.addEventListener("resize", function () { map.invalidateSize(); });
  tools();
  draw();
})();
