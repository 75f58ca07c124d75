extension HTMLReport {
  /// Colours are variables, so that dark mode and print change them in one place. Contrast of text on its background is at
  /// least 4.5 : 1 in both modes (WCAG 2.2, 1.4.3).
  static let stylesheet = """
    :root {
      color-scheme: light dark;
      --page: #f6f7f9; --card: #ffffff; --ink: #1b2430; --soft: #566273; --line: #dfe3e9; --track: #e9ecf1;
      --accent: #0f6b8f; --good: #1b7a43; --bad: #b3261e; --warn: #8a5a00;
      --nvidia: #4c7d00; --amd: #c8401f; --intel: #0063ad; --huawei: #9c1f6b; --google: #a86a00; --aws: #5a55c9;
      --other: #5f6b7a;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --page: #11161d; --card: #1a212b; --ink: #e6eaf0; --soft: #9eabbb; --line: #2e3845; --track: #2a333f;
        --accent: #58b6dc; --good: #5cc98a; --bad: #ff8a80; --warn: #e5b15a;
        --nvidia: #86c232; --amd: #ff7a57; --intel: #5aaeff; --huawei: #ea6fb9; --google: #f0b245; --aws: #9d99ff;
        --other: #93a0b0;
      }
    }
    * { box-sizing: border-box; }
    body {
      margin: 0; background: var(--page); color: var(--ink);
      font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
      font-variant-numeric: tabular-nums; -webkit-text-size-adjust: 100%;
    }
    main { max-width: 1080px; margin: 0 auto; padding: 32px 20px 48px; }
    header { margin-bottom: 24px; }
    h1 { font-size: 26px; line-height: 1.25; margin: 0 0 10px; letter-spacing: -0.01em; overflow-wrap: anywhere; }
    h2 { font-size: 17px; line-height: 1.3; margin: 0 0 12px; }
    .kicker { margin: 0 0 8px; color: var(--soft); font-size: 13px; letter-spacing: 0.02em; }
    .state {
      margin-left: 8px; padding: 2px 10px; border-radius: 999px; border: 1px solid currentColor; font-weight: 600;
      white-space: nowrap;
    }
    .state.optimal { color: var(--good); }
    .state.feasible, .state.unsolved { color: var(--warn); }
    .state.infeasible { color: var(--bad); }
    .answer { font-size: 18px; line-height: 1.45; margin: 0; max-width: 62ch; }
    .figures {
      display: grid; grid-template-columns: repeat(auto-fit, minmax(210px, 1fr)); gap: 12px; margin: 0 0 24px;
    }
    .figures > div, section {
      background: var(--card); border: 1px solid var(--line); border-radius: 10px;
    }
    .figures > div { padding: 12px 14px; }
    .figures dt { color: var(--soft); font-size: 13px; }
    .figures dd { margin: 0; }
    .figures .value { font-size: 22px; font-weight: 650; line-height: 1.3; letter-spacing: -0.01em; }
    .figures .note { font-size: 12.5px; }
    section { padding: 18px 20px; margin: 0 0 16px; }
    .note { color: var(--soft); font-size: 13px; }
    p.note { margin: 10px 0 0; }
    .scroll { overflow-x: auto; }
    .scroll:focus-visible { outline: 2px solid var(--accent); outline-offset: 4px; }
    table { border-collapse: collapse; width: 100%; font-size: 13.5px; }
    th, td { padding: 6px 8px; text-align: left; vertical-align: top; white-space: nowrap; font-weight: 400; }
    th:first-child, td:first-child { padding-left: 0; }
    th:last-child, td:last-child { padding-right: 0; }
    thead th { color: var(--soft); font-size: 12.5px; border-bottom: 1px solid var(--line); vertical-align: bottom; }
    tbody tr + tr > * { border-top: 1px solid var(--line); }
    tfoot > tr > * { border-top: 2px solid var(--line); font-weight: 600; }
    .number { text-align: right; }
    td.wide { white-space: normal; min-width: 10em; overflow-wrap: anywhere; }
    .strong { font-weight: 600; }
    .muted { color: var(--soft); }
    .good { color: var(--good); }
    .bad { color: var(--bad); }
    .remarks { margin: 0; padding-left: 20px; }
    .remarks .note { white-space: nowrap; }
    .remarks li + li { margin-top: 6px; }
    details { margin-top: 12px; }
    summary { cursor: pointer; color: var(--accent); font-size: 14px; }
    summary + .scroll { margin-top: 10px; }
    figure { margin: 0 0 14px; }
    figure:last-child { margin-bottom: 0; }
    figcaption { color: var(--soft); font-size: 13px; margin-top: 8px; }
    svg { display: block; width: 100%; font: 13px system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif; }
    svg text { fill: var(--ink); }
    svg .soft { fill: var(--soft); }
    svg .small { font-size: 12px; }
    svg .bold { font-weight: 650; }
    svg .miss { fill: var(--bad); }
    svg .track { fill: var(--track); }
    svg .own { fill: var(--accent); }
    svg .rival { fill: var(--soft); opacity: 0.55; }
    svg .over { fill: var(--bad); }
    svg .mark { stroke: var(--ink); stroke-width: 2; }
    svg .dash { stroke: var(--accent); stroke-width: 1; stroke-dasharray: 3 3; }
    svg .card { fill: var(--card); stroke: var(--line); }
    svg .flow { fill: none; opacity: 0.5; }
    svg .f-nvidia { fill: var(--nvidia); } svg .s-nvidia { stroke: var(--nvidia); }
    svg .f-amd { fill: var(--amd); } svg .s-amd { stroke: var(--amd); }
    svg .f-intel { fill: var(--intel); } svg .s-intel { stroke: var(--intel); }
    svg .f-huawei { fill: var(--huawei); } svg .s-huawei { stroke: var(--huawei); }
    svg .f-google { fill: var(--google); } svg .s-google { stroke: var(--google); }
    svg .f-aws { fill: var(--aws); } svg .s-aws { stroke: var(--aws); }
    svg .f-other { fill: var(--other); } svg .s-other { stroke: var(--other); }
    .picture svg { min-width: 600px; max-width: 880px; }
    @media (max-width: 600px) {
      main { padding: 20px 12px 32px; }
      h1 { font-size: 22px; }
      .answer { font-size: 16px; }
      section { padding: 14px; }
      .figures { grid-template-columns: repeat(2, 1fr); gap: 8px; }
      .figures > div { padding: 10px 12px; }
      .figures .value { font-size: 19px; }
    }
    @media print {
      :root {
        --page: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #bbb; --track: #e4e4e4;
        --accent: #0f6b8f; --good: #1b7a43; --bad: #b3261e; --warn: #8a5a00;
        --nvidia: #4c7d00; --amd: #c8401f; --intel: #0063ad; --huawei: #9c1f6b; --google: #a86a00; --aws: #5a55c9;
        --other: #5f6b7a;
      }
      * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
      body { font-size: 10pt; }
      main { max-width: none; padding: 0; }
      section, .figures > div { break-inside: avoid; }
      section { padding: 10px 12px; }
      .scroll { overflow: visible; }
      table { font-size: 8.5pt; }
      th, td { white-space: normal; padding: 3px 5px; }
      .picture svg { min-width: 0; }
      .figures { grid-template-columns: repeat(4, 1fr); gap: 6px; }
    }
    """
}
