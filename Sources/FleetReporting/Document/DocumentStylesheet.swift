extension DocumentHTML {
  /// What pages of sections need beyond `HTMLReport.stylesheet`. The colours of series are those of Okabe and Ito, which
  /// stay apart for colour-blind readers, lightened for dark pages.
  static let stylesheet = """
    :root { --k0: #0072b2; --k1: #c04f00; --k2: #00805f; --k3: #a8508a; --k4: #8f6a00; --k5: #3a4652; }
    @media (prefers-color-scheme: dark) {
      :root { --k0: #56b4e9; --k1: #ff9d5c; --k2: #2fcb9c; --k3: #e79ac9; --k4: #f0c84a; --k5: #c3ccd6; }
    }
    .subtitle { margin: 0 0 10px; color: var(--soft); overflow-wrap: anywhere; }
    .findings { margin: 14px 0 0; padding-left: 20px; max-width: 84ch; }
    .findings li + li { margin-top: 4px; }
    nav { margin: 0 0 24px; font-size: 14px; }
    nav ul { display: flex; flex-wrap: wrap; gap: 6px 18px; list-style: none; margin: 0; padding: 0; }
    nav a { color: var(--accent); text-decoration: none; }
    nav a:hover, nav a:focus-visible { text-decoration: underline; }
    h3 { font-size: 14.5px; line-height: 1.3; margin: 20px 0 8px; overflow-wrap: anywhere; }
    h2 + h3 { margin-top: 0; }
    section { scroll-margin-top: 12px; overflow-wrap: break-word; }
    section > p { max-width: 76ch; margin: 0 0 12px; }
    section > p.note { margin: 10px 0 0; }
    section > .scroll + p, section > details + p, section > .remarks + * { margin-top: 14px; }
    section > :last-child { margin-bottom: 0; }
    thead th.wide { white-space: normal; }
    tbody th.wide { white-space: normal; min-width: 12em; }
    .scroll {
      background:
        linear-gradient(to right, var(--card) 40%, transparent) 0 0 / 40px 100% no-repeat local,
        linear-gradient(to left, var(--card) 40%, transparent) 100% 0 / 40px 100% no-repeat local,
        linear-gradient(to right, var(--line), transparent) 0 0 / 12px 100% no-repeat scroll,
        linear-gradient(to left, var(--line), transparent) 100% 0 / 12px 100% no-repeat scroll;
    }
    .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 380px), 1fr)); gap: 8px 28px; }
    .charts .chart { max-width: 500px; margin: 0 0 14px; }
    figcaption.title { color: var(--ink); font-size: 14.5px; font-weight: 600; margin: 0 0 6px; }
    svg.plot { height: auto; font-size: 11px; overflow: visible; }
    svg.plot .label { fill: var(--soft); font-weight: 600; }
    svg .grid { stroke: var(--line); stroke-width: 1; }
    svg .axis { stroke: var(--soft); stroke-width: 1; }
    svg .less { fill: var(--k0); } svg .more { fill: var(--k1); }
    svg .curve { fill: none; stroke-width: 2; stroke-linejoin: round; }
    svg .dot { stroke: var(--card); stroke-width: 1; }
    svg .curve.k0 { stroke: var(--k0); } svg .dot.k0 { fill: var(--k0); }
    svg .curve.k1 { stroke: var(--k1); stroke-dasharray: 7 3; } svg .dot.k1 { fill: var(--k1); }
    svg .curve.k2 { stroke: var(--k2); stroke-dasharray: 2 3; } svg .dot.k2 { fill: var(--k2); }
    svg .curve.k3 { stroke: var(--k3); stroke-dasharray: 9 3 2 3; } svg .dot.k3 { fill: var(--k3); }
    svg .curve.k4 { stroke: var(--k4); stroke-dasharray: 5 5; } svg .dot.k4 { fill: var(--k4); }
    svg .curve.k5 { stroke: var(--k5); stroke-dasharray: 1 4; } svg .dot.k5 { fill: var(--k5); }
    td[style^="--shade"] {
      background: color-mix(in srgb, var(--accent) var(--shade), transparent); print-color-adjust: exact;
    }
    footer { color: var(--soft); font-size: 12.5px; }
    @media (max-width: 600px) {
      svg.plot { font-size: 12.5px; }
      nav ul { gap: 8px 16px; }
    }
    @media print {
      :root { --k0: #0072b2; --k1: #c04f00; --k2: #00805f; --k3: #a8508a; --k4: #8f6a00; --k5: #3a4652; }
      @page { margin: 14mm; }
      section { break-inside: auto; border: 0; border-top: 1px solid var(--line); border-radius: 0; padding: 12px 0; }
      h2, h3, figcaption { break-after: avoid; }
      tr, figure { break-inside: avoid; }
      thead { display: table-header-group; }
      .charts { grid-template-columns: 1fr 1fr; }
      nav { display: none; }
      .scroll { background: none; }
      details::details-content { content-visibility: visible; block-size: auto; }
      summary { list-style: none; color: var(--soft); }
      td.wide, tbody th.wide { min-width: 0; }
    }
    """
}
